#include "cli/draft_options.hpp"

#include <fmt/format.h>

#include "cli/options.hpp"
#include "cli/workflow_file.hpp"
#include "core/error.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"

namespace medusa {
namespace {

template <class Value>
void take(Value& target, const std::optional<Value>& given) {
    if (given) target = *given;
}

void take(std::string& target, const std::string& given) {
    if (!given.empty()) target = given;
}

}  // namespace

void draft_options::add_character(CLI::App& command) {
    command.add_option("--name", name, "Name, 1 to 80 characters; without it: the next template");
    command.add_option("--description", description, "What the character looks and is like");
}

void draft_options::add_settings(CLI::App& command) {
    command.add_option("--tags", tags, "Words with commas between; the first is the main trait");
    command.add_option(
        "--style", style,
        "anime, fantasy, realistic, cartoon, cyberpunk, watercolor, pixel-art, comic");
    add_whole(command, "--seed", seed, seed_range,
              fmt::format("Seed of the picture, 0 to {}", fmt::group_digits(limits::seed_max)));
    add_whole(command, "--steps", steps, steps_range, "Sampling steps, 1 to 150");
    command
        .add_option_function<std::string>(
            "--cfg", [this](const std::string& text) { cfg = cfg_number("--cfg", text); },
            "Guidance scale, 1 to 30")
        ->type_name("NUMBER");
    command.add_option("--model", model, "Checkpoint file of the engine");
    command.add_option("--sampler", sampler, "Sampler, like dpmpp_2m");
    command.add_option("--scheduler", scheduler, "Scheduler, like karras");
    add_whole(command, "--width", width, side_px_range, "Pixels, 64 to 2,048 in steps of 8");
    add_whole(command, "--height", height, side_px_range, "Pixels, 64 to 2,048 in steps of 8");
    add_surroundings(command);
}

void draft_options::add_surroundings(CLI::App& command) {
    command.add_option("--positive-prompt", positive_prompt, "File with the positive prompt");
    command.add_option("--negative-prompt", negative_prompt, "File with the negative prompt");
    command.add_option("--userId", user_id, "Owner of the character");
    command.add_option("--username", username, "The owner's name, for the folder");
    command.add_option("--engine", engine, "Image engine: sketch or remote");
    command.add_option("--workflow", workflow, "Exported ComfyUI workflow (API format)");
    command.add_flag("--json", json, "Print JSON for programs");
}

character_draft draft_options::applied_to(character_draft draft) const {
    take(draft.name, name);
    take(draft.description, description);
    take(draft.style, style);
    if (!tags.empty()) draft.tags = split(tags, ',');
    auto& settings = draft.settings;
    take(settings.model, model);
    take(settings.sampler, sampler);
    take(settings.scheduler, scheduler);
    take(settings.steps, steps);
    take(settings.cfg, cfg);
    take(settings.width, width);
    take(settings.height, height);
    if (seed) draft.seed = seed;
    return draft;
}

owner_info draft_options::owner(const config& settings) const {
    return {user_id.empty() ? settings.user_id : user_id,
            username.empty() ? settings.username : username};
}

std::string draft_options::owner_again() const {
    std::string words;
    if (!user_id.empty()) words += " --userId " + shell_quoted(user_id);
    if (!username.empty()) words += " --username " + shell_quoted(username);
    return words;
}

draft_options::work draft_options::opened(cli_context& context) const {
    auto probe = applied_to(character_draft{});
    if (!name) probe.name = "any";
    if (!description) probe.description = "any";
    validate(std::move(probe));
    const auto& settings = context.parts.settings();
    const bool embedded = engine == "sketch" || !settings.engines.remote();
    if (!workflow.empty() && embedded)
        throw error(errc::invalid_argument, "a workflow needs a ComfyUI server",
                    "The embedded engine draws without one: leave --workflow out");
    // The files first: a wrong path is said before anything is opened or made.
    const auto text = [](const std::string& given, const auto& configured) {
        const auto file = given.empty() ? configured : std::filesystem::path(given);
        return file ? std::optional(read_prompt_file(*file)) : std::nullopt;
    };
    job_surroundings found;
    found.engine = engine;
    found.positive_text = text(positive_prompt, settings.positive_prompt);
    found.negative_text = text(negative_prompt, settings.negative_prompt);
    if (!workflow.empty()) found.workflow = read_workflow_file(workflow);
    const auto& parts = context.parts.open(found);
    return {std::move(found), parts};
}

}  // namespace medusa
