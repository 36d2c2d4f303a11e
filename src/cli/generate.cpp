#include <fmt/format.h>

#include <memory>

#include "cli/batch_run.hpp"
#include "cli/draft_options.hpp"
#include "cli/job_run.hpp"
#include "cli/options.hpp"
#include "cli/progress.hpp"
#include "cli/results.hpp"
#include "cli/similar_check.hpp"
#include "core/text.hpp"
#include "domain/template.hpp"
#include "job/reason.hpp"
#include "pipeline/check_request.hpp"
#include "pipeline/draft_to_character.hpp"

namespace medusa {
namespace {

constexpr std::size_t default_templates = 5;

struct generate_options : draft_options {
    bool batch_templates = false;
    std::optional<std::size_t> count;
    if_similar similar = if_similar::warn;
};

// How many of this user's characters came from the templates: the next one goes on from there.
std::size_t templates_used(const pipeline_parts& with, const std::string& user_id) {
    std::size_t used = 0;
    for (std::size_t i = 0; i < template_count(); ++i)
        used += with.characters.names(user_id, template_at(i).name).size();
    return used;
}

character_draft template_draft(const pipeline_parts& with, const std::string& user_id) {
    const auto index = templates_used(with, user_id);
    return template_entries(index + 1).back().draft;
}

int generate_one(cli_context& context, const generate_options& options) {
    const auto work = options.opened(context);
    const auto owner = options.owner(context.parts.settings());
    const bool named = options.name || options.description;
    const auto draft =
        options.applied_to(named ? character_draft{} : template_draft(work.with, owner.user_id));
    check_request(work.with, owner, {draft});
    auto described = draft_to_character(draft);
    described.owner = owner;
    // The templates are made again and again on purpose.
    similar_check twins(context, named ? options.similar : if_similar::ignore, described);
    job_order order;
    order.asked.owner = owner;
    order.asked.surroundings = work.surroundings;
    order.jobs = {{.request = character_request{draft}, .tries_max = 1}};
    order.cancel_on_stop = true;
    std::optional<job> ended;
    std::optional<created_character> made;
    {
        progress_view view(context.out, 1, context.parts.settings().debug);
        run_jobs(context, order, view,
                 {.ended =
                      [&](const job& one) {
                          if (one.status.state == job_state::done)
                              made = created_by(work.with, one);
                          ended = one;
                      },
                  .label = [&](const job&) { return draft.name; }});
    }
    if (!made) throw ended ? reason_of(*ended) : error(errc::cancelled, "interrupted");
    if (auto note = twins.note(made->record.id)) made->notes.push_back(std::move(*note));
    context.out.result(options.json ? boost::json::serialize(to_result(*made))
                                    : told(*made, options.owner_again()));
    for (const auto& note : made->notes) context.out.message("note: " + printable(note));
    return 0;
}

int generate_templates(cli_context& context, const generate_options& options,
                       const CLI::App& command) {
    const auto count = options.count.value_or(default_templates);
    const auto work = options.opened(context);
    batch_job job{{},
                  options.owner(context.parts.settings()),
                  work.surroundings,
                  template_entries(count),
                  work.with.engine.parallel(),
                  options.json,
                  {},
                  {}};
    for (auto& entry : job.entries) entry.draft = options.applied_to(entry.draft);
    job.resume_words = fmt::format("medusa batch --count {}{} --resume ", count,
                                   given_again(command, {"batch-templates", "count"}));
    return run_batch(work.with, job, context);
}

int run_generate(cli_context& context, const generate_options& options, const CLI::App& command) {
    if (options.count && !options.batch_templates)
        throw error(errc::invalid_argument, "--count needs --batch-templates",
                    "More pictures of one character: medusa image ID --count N");
    if (!options.batch_templates) return generate_one(context, options);
    if (options.name || options.description)
        throw error(errc::invalid_argument,
                    "--batch-templates makes the predefined characters: a name or description of "
                    "your own does not go with it");
    if (command.count("--if-similar") > 0)
        throw error(errc::invalid_argument,
                    "--if-similar is for one character: the predefined ones are not compared");
    return generate_templates(context, options, command);
}

}  // namespace

void add_generate(CLI::App& program, cli_context& context) {
    auto* command = program.add_subcommand("generate", "Make one character from a description");
    command->footer(
        "Example:\n"
        "  medusa generate --name \"Luna Starweaver\" \\\n"
        "    --description \"A mystical elven sorceress with silver hair\" --style fantasy");
    const auto options = std::make_shared<generate_options>();
    options->add_character(*command);
    options->add_settings(*command);
    command->add_flag("--batch-templates", options->batch_templates,
                      "Make the predefined characters instead");
    add_whole(*command, "--count", options->count, batch_count_range,
              "How many of them, 5 without it");
    add_if_similar(*command, options->similar);
    command->callback([&context, command, options] {
        context.action = [&context, command, options] {
            return run_generate(context, *options, *command);
        };
    });
}

}  // namespace medusa
