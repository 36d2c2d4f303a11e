#include "worker/worker.hpp"

#include <fmt/format.h>

#include <memory>

#include "cli/context.hpp"
#include "cli/options.hpp"
#include "core/text.hpp"
#include "webhook/postman.hpp"

namespace medusa {
namespace {

constexpr whole_range concurrency_range{1, 256};
constexpr std::chrono::milliseconds drain_time{20'000};

struct worker_options {
    std::optional<int> concurrency;
    bool until_idle = false;
};

std::string news_of(const job& one) {
    const auto state = one.status.state;
    if (state == job_state::leased || one.events.empty()) return {};
    const auto& event = one.events.back();
    return fmt::format("{}  {}{}{}", one.id, event.what, event.detail.empty() ? "" : ": ",
                       printable(event.detail));
}

int run(cli_context& context, const worker_options& options) {
    const auto& with = context.parts.open({});
    const worker_terms terms{.name = worker_name(),
                             .concurrency = options.concurrency.value_or(with.engine.parallel()),
                             .until_done = options.until_idle,
                             .drain = drain_time};
    context.out.message(
        fmt::format("worker {}: {} at once. Ctrl-C ends it when what it has begun "
                    "is done; once more ends it now",
                    terms.name, counted(std::size_t(terms.concurrency), "job")));
    const bool debug = context.parts.settings().debug;
    const worker_watcher watcher{
        .changed =
            [&](const job& one) {
                if (const auto news = news_of(one); !news.empty()) context.out.message(news);
            },
        .progress =
            [&](const job& one, stage reached, int step, int) {
                if (debug && reached == stage::drawing && step == 0)
                    context.out.message(fmt::format("debug: {}  drawing", one.id));
            },
        .taken_over =
            [&](const job& one) {
                context.out.message(fmt::format(
                    "{}  was taken over by others, because this worker was silent for too "
                    "long: it changes nothing of it any more",
                    one.id));
            },
        .trouble = [&](const error& outage) { context.out.warning(printable(outage.what())); }};
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
    command->callback([&context, options] {
        context.action = [&context, options] { return run(context, *options); };
    });
}

}  // namespace medusa
