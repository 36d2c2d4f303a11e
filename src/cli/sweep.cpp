#include "pipeline/sweep.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <chrono>
#include <memory>

#include "cli/context.hpp"
#include "cli/options.hpp"
#include "cli/progress.hpp"
#include "core/error.hpp"
#include "core/text.hpp"

namespace medusa {
namespace {

namespace json = boost::json;
using std::chrono::milliseconds;

constexpr std::int64_t age_max = 10'000;  // in each unit
constexpr double mebibyte = 1 << 20;
constexpr int bar_cells = 24;
constexpr std::chrono::milliseconds redraw_interval{100};

struct sweep_options {
    sweep_wish wish;
    bool json = false;
};

// "90m", "24h", "7d", or "0".
milliseconds age_of(const std::string& text) {
    constexpr std::pair<char, milliseconds> units[] = {{'s', std::chrono::seconds(1)},
                                                       {'m', std::chrono::minutes(1)},
                                                       {'h', std::chrono::hours(1)},
                                                       {'d', std::chrono::days(1)}};
    if (text == "0") return milliseconds(0);
    for (const auto& [letter, unit] : units)
        if (text.ends_with(letter))
            return unit *
                   whole_number("--older-than", text.substr(0, text.size() - 1), {0, age_max});
    throw error(errc::invalid_argument,
                fmt::format("--older-than takes a time, not {}", printable(text)),
                "For example 90m, 24h or 7d; 0 for everything, when nothing else runs");
}

std::string size_of(std::uint64_t bytes) {
    return fmt::format("{:.1f} MiB", double(bytes) / mebibyte);
}

std::uint64_t bytes_of(const sweep_report& done) {
    std::uint64_t bytes = 0;
    for (const auto& file : done.files) bytes += file.bytes;
    return bytes;
}

json::object to_result(const sweep_report& done, const sweep_wish& wish) {
    json::object result{
        {"dryRun", wish.dry_run},
        {"olderThanSeconds", wish.older_than / std::chrono::seconds(1)},
        {"files", done.files.size()},
        {"bytes", bytes_of(done)},
        {"reservations", done.reservations},
        {"unfinished", {{"files", done.unfinished.files}, {"bytes", done.unfinished.bytes}}},
        {"finished", done.finished},
        {"young", done.young}};
    json::array paths;
    for (const auto& file : done.files) paths.emplace_back(file.path);
    result["paths"] = std::move(paths);
    return result;
}

void print(terminal& out, const sweep_report& done, const sweep_wish& wish) {
    if (wish.dry_run)
        for (const auto& file : done.files) out.result(file.path);
    out.result(fmt::format(
        "{} {} without a record ({}), {} without a character, {} ({})",
        wish.dry_run ? "Would go:" : "✅ Gone:", counted(done.files.size(), "file"),
        size_of(bytes_of(done)), counted(done.reservations, "reservation"),
        counted(done.unfinished.files, "unfinished file"), size_of(done.unfinished.bytes)));
    if (done.finished > 0)
        out.result(fmt::format("   {} taken to the end", counted(done.finished, "cut off change")));
    if (done.young > 0)
        out.result(fmt::format("   {} too young to go, since a job may be at work on them",
                               counted(done.young, "file")));
}

// Draws at most ten times a second.
sweep_progress drawn_on(terminal& out) {
    return [&out, next = std::chrono::steady_clock::time_point{}](
               std::string_view doing, std::size_t done, std::size_t total) mutable {
        const auto now = std::chrono::steady_clock::now();
        if (now < next) return;
        next = now + redraw_interval;
        out.set_animation(total == 0 ? fmt::format("{}: {}", doing, done)
                                     : fmt::format("{} {} {}/{}",
                                                   bar(double(done) / double(total), bar_cells),
                                                   doing, done, total));
    };
}

int run_sweep(cli_context& context, const sweep_options& options) {
    const auto with = context.parts.open({});
    const auto progress = drawn_on(context.out);
    auto wish = options.wish;
    wish.waits = [&queue = context.parts.queue()](const std::string& job_id) {
        const auto found = queue.find(job_id);
        return found && !has_ended(found->status.state);
    };
    const auto done = [&] {
        try {
            return sweep(with, wish, progress, context.stop);
        } catch (...) {
            context.out.set_animation({});
            throw;
        }
    }();
    context.out.set_animation({});
    if (options.json)
        context.out.result(json::serialize(to_result(done, options.wish)));
    else
        print(context.out, done, options.wish);
    return 0;
}

}  // namespace

void add_sweep(CLI::App& program, cli_context& context) {
    auto* command = program.add_subcommand("sweep", "Remove files that no record names");
    command->footer("Example:\n  medusa sweep --dry-run");
    const auto options = std::make_shared<sweep_options>();
    command
        ->add_option_function<std::string>(
            "--older-than",
            [options](const std::string& text) { options->wish.older_than = age_of(text); },
            "Leave alone what is younger: 90m, 7d ...; 24h without it, 0 when nothing runs")
        ->type_name("TIME");
    command->add_flag("--dry-run", options->wish.dry_run, "Show what would go, remove nothing");
    command->add_flag("--force", options->wish.force, "Also when most of the files would go");
    command->add_flag("--json", options->json, "Print one JSON document");
    command->callback([&context, options] {
        context.action = [&context, options] { return run_sweep(context, *options); };
    });
}

}  // namespace medusa
