// The options that describe a character and its picture, shared by generate and batch.
// Main thread.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <optional>
#include <string>

#include "cli/context.hpp"
#include "domain/job.hpp"
#include "domain/validate.hpp"

namespace medusa {

struct draft_options {
    std::optional<std::string> name;  // given but empty is refused, not passed over
    std::optional<std::string> description;
    std::string style;
    std::string tags;  // separated by commas
    std::string model, sampler, scheduler;
    std::optional<int> steps, width, height;
    std::optional<double> cfg;
    std::optional<std::uint64_t> seed;
    std::string positive_prompt, negative_prompt;  // files
    std::string user_id, username;
    std::string engine;
    std::string workflow;  // file
    bool json = false;

    // Adds what every character can be given; name and description are generate's.
    void add_settings(CLI::App& command);
    void add_character(CLI::App& command);
    // Adds userId, username, engine, workflow, prompt files and json: what every picture can be
    // given.
    void add_surroundings(CLI::App& command);

    // `draft` with everything that was given in place of its own.
    character_draft applied_to(character_draft draft) const;
    owner_info owner(const config& settings) const;
    // The options of the owner, to be said again in an advised command: " --userId bob".
    std::string owner_again() const;
    // Engine, workflow and prompt texts as given, and the parts for them. Throws
    // error(invalid_argument) for a value that no character could be made with.
    struct work {
        job_surroundings surroundings;
        const pipeline_parts& with;
    };
    work opened(cli_context& context) const;
};

}  // namespace medusa
