#include <fmt/format.h>

#include <memory>
#include <thread>

#include "cli/batch_run.hpp"
#include "cli/draft_options.hpp"
#include "core/limits.hpp"

namespace medusa {
namespace {

constexpr int default_templates = 5;
constexpr int concurrency_max = 64;

struct batch_options : draft_options {
    std::optional<int> count;
    std::string file;
    std::optional<int> concurrency;
    std::string resume;
};

void validate(const batch_options& options) {
    if (options.count && !options.file.empty())
        throw error(errc::invalid_argument, "--count and --file do not go together",
                    "--count makes predefined characters, --file those of a file");
    const int count = options.count.value_or(default_templates);
    if (count < 1 || std::size_t(count) > limits::batch_file_lines)
        throw error(errc::invalid_argument, fmt::format("{} characters are not possible", count),
                    fmt::format("Give --count 1 to {}", limits::batch_file_lines));
    const int threads = options.concurrency.value_or(1);
    if (threads < 1 || threads > concurrency_max)
        throw error(errc::invalid_argument, "that concurrency is not possible",
                    fmt::format("Give --concurrency 1 to {}", concurrency_max));
    if (!options.resume.empty() && !is_uuid(options.resume))
        throw error(errc::invalid_argument, "--resume takes the id of a batch",
                    "An interrupted batch prints the command that goes on with it");
}

std::vector<batch_entry> entries_of(const batch_options& options) {
    if (!options.file.empty())
        return read_batch_file(options.file, options.applied_to(character_draft{}));
    auto entries = template_entries(std::size_t(options.count.value_or(default_templates)));
    for (auto& entry : entries) entry.draft = options.applied_to(entry.draft);
    return entries;
}

int run(cli_context& context, const batch_options& options) {
    validate(options);
    auto entries = entries_of(options);
    const auto with = options.opened(context);
    batch_job job{
        options.resume.empty() ? with.ids.uuid() : options.resume,
        options.owner(context.parts.settings()),
        std::move(entries),
        options.concurrency.value_or(int(std::max(1u, std::thread::hardware_concurrency()))),
        options.json,
        {}};
    const auto source = options.file.empty() ? fmt::format("--count {}", job.entries.size())
                                             : fmt::format("--file '{}'", options.file);
    job.resume_words = fmt::format("medusa batch {} --resume {}", source, job.id);
    return run_batch(with, job, context);
}

}  // namespace

void add_batch(CLI::App& program, cli_context& context) {
    auto* command = program.add_subcommand("batch", "Make many characters");
    command->footer("Example:\n  medusa batch --count 3");
    const auto options = std::make_shared<batch_options>();
    command->add_option("--count", options->count, "How many predefined characters, 5 without it");
    command->add_option("--file", options->file, "A .jsonl or .csv file with one character a line");
    command->add_option("--concurrency", options->concurrency, "How many at once, 1 to 64");
    command->add_option("--resume", options->resume, "Go on with the batch of this id");
    options->add_settings(*command);
    command->callback([&context, options] {
        context.action = [&context, options] { return run(context, *options); };
    });
}

}  // namespace medusa
