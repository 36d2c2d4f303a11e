#include <fmt/format.h>

#include <memory>

#include "cli/batch_run.hpp"
#include "cli/draft_options.hpp"
#include "cli/options.hpp"

namespace medusa {
namespace {

constexpr std::size_t default_templates = 5;
constexpr whole_range concurrency_range{1, 256};

struct batch_options : draft_options {
    std::optional<std::size_t> count;
    std::string file;
    std::optional<int> concurrency;
    std::string resume;
};

void validate(const batch_options& options) {
    if (options.count && !options.file.empty())
        throw error(errc::invalid_argument, "--count and --file do not go together",
                    "--count makes predefined characters, --file those of a file");
    if (!options.resume.empty() && !is_uuid(options.resume))
        throw error(errc::invalid_argument, "--resume takes the id of a batch",
                    "An interrupted batch prints the command that goes on with it");
}

std::vector<batch_entry> entries_of(const batch_options& options) {
    if (!options.file.empty())
        return read_batch_file(options.file, options.applied_to(character_draft{}));
    auto entries = template_entries(options.count.value_or(default_templates));
    for (auto& entry : entries) entry.draft = options.applied_to(entry.draft);
    return entries;
}

int run(cli_context& context, const batch_options& options, const CLI::App& command) {
    validate(options);
    const bool as_stored = !options.resume.empty() && !options.count && options.file.empty();
    auto entries = as_stored ? stored_entries(context.parts.queue(), options.resume)
                             : std::vector<batch_entry>{};
    if (entries.empty()) entries = entries_of(options);
    const auto work = options.opened(context);
    const batch_job job{options.resume,
                        options.owner(context.parts.settings()),
                        work.surroundings,
                        std::move(entries),
                        options.concurrency.value_or(work.with.engine.parallel()),
                        options.json,
                        options.file,
                        "medusa batch" + given_again(command, {"resume"}) + " --resume "};
    return run_batch(work.with, job, context);
}

}  // namespace

void add_batch(CLI::App& program, cli_context& context) {
    auto* command = program.add_subcommand("batch", "Make many characters");
    command->footer("Example:\n  medusa batch --count 3");
    const auto options = std::make_shared<batch_options>();
    add_whole(*command, "--count", options->count, batch_count_range,
              "How many predefined characters, 5 without it");
    command->add_option("--file", options->file, "A .jsonl or .csv file with one character a line");
    add_whole(*command, "--concurrency", options->concurrency, concurrency_range,
              "How many at once, 1 to 256");
    command->add_option("--resume", options->resume, "Go on with the batch of this id");
    options->add_settings(*command);
    command->callback([&context, command, options] {
        context.action = [&context, command, options] { return run(context, *options, *command); };
    });
}

}  // namespace medusa
