// The options that describe a character and its picture, shared by generate and batch.
// Main thread.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <optional>
#include <string>

#include "cli/context.hpp"
#include "domain/validate.hpp"

namespace medusa {

struct draft_options {
    std::string name;
    std::string description;
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

    // Adds what every picture can be given; name, description, tags and seed are generate's.
    void add_settings(CLI::App& command);
    void add_character(CLI::App& command);

    // `draft` with everything that was given in place of its own.
    character_draft applied_to(character_draft draft) const;
    owner_info owner(const config& settings) const;
    // The parts for these options: engine and prompt files as given.
    pipeline_parts opened(cli_context& context) const;
};

}  // namespace medusa
