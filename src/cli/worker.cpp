#include "worker/worker.hpp"

#include <fmt/format.h>

#include <memory>

#include "cli/context.hpp"
#include "cli/options.hpp"
#include "cli/service_log.hpp"
#include "core/text.hpp"
#include "webhook/postman.hpp"

namespace medusa {
namespace {

constexpr whole_range concurrency_range{1, 256};
constexpr std::chrono::milliseconds drain_time{20'000};

struct worker_options {
    std::optional<int> concurrency;
    bool until_idle = false;
    std::string log_format;
};

void tell_news(terminal& out, const job& one) {
    const auto state = one.status.state;
    if (state == job_state::leased || one.events.empty()) return;
    const auto& event = one.events.back();
    out.log({.msg = fmt::format("{}  {}{}{}", one.id, event.what, event.detail.empty() ? "" : ": ",
                                printable(event.detail)),
             .job_id = one.id,
             .owner = one.owner.user_id});
}

worker_watcher watcher_for(cli_context& context) {
    auto& out = context.out;
    const bool debug = context.parts.settings().debug;
    return {
        .changed = [&out](const job& one) { tell_news(out, one); },
        .progress =
            [&out, debug](const job& one, stage reached, int step, int) {
                if (debug && reached == stage::drawing && step == 0)
                    out.log({.level = log_level::debug,
                             .msg = fmt::format("{}  drawing", one.id),
                             .job_id = one.id,
                             .owner = one.owner.user_id});
            },
        .taken_over =
            [&out](const job& one) {
                out.log({.level = log_level::warning,
                         .msg = fmt::format("{}  was taken over by others, because this worker was "
                                            "silent for too long: it changes nothing of it any "
                                            "more",
                                            one.id),
                         .job_id = one.id,
                         .owner = one.owner.user_id});
            },
        .trouble = warns_of_outages(out, system_timer())};
}

int run(cli_context& context, const worker_options& options) {
    begin_log(context, options.log_format);
    const auto& with = context.parts.open({});
    const worker_terms terms{.name = worker_name(),
                             .concurrency = options.concurrency.value_or(with.engine.parallel()),
                             .until_done = options.until_idle,
                             .drain = drain_time};
    const auto told = context.parts.tell_metrics();
    context.out.message(
        fmt::format("worker {}: {} at once. Ctrl-C ends it when what it has begun "
                    "is done; once more ends it now",
                    terms.name, counted(std::size_t(terms.concurrency), "job")));
    const auto watcher = watcher_for(context);
    const auto delivering = context.parts.deliver(watcher.trouble);
    run_worker(context.parts.worker(), terms, watcher, context.stop);
    return 0;
}

}  // namespace

void add_worker(CLI::App& program, cli_context& context) {
    auto* command = program.add_subcommand("worker", "Do the jobs that wait, until told to stop");
    command->footer("Example:\n  medusa worker --until-idle");
    const auto options = std::make_shared<worker_options>();
    add_whole(*command, "--concurrency", options->concurrency, concurrency_range,
              "How many jobs at once, 1 to 256; as many as keep the engine busy without it");
    command->add_flag("--until-idle", options->until_idle, "End when no job is waiting any more");
    add_log_format(*command, options->log_format);
    command->callback([&context, options] {
        context.action = [&context, options] { return run(context, *options); };
    });
}

}  // namespace medusa
