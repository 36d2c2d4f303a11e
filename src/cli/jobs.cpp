#include <fmt/format.h>

#include <boost/json.hpp>
#include <memory>

#include "cli/context.hpp"
#include "cli/options.hpp"
#include "core/error.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"
#include "job/outlook.hpp"
#include "record/job_json.hpp"

namespace medusa {
namespace {

namespace json = boost::json;

constexpr whole_range jobs_limit_range{1, 100'000};
constexpr std::size_t default_jobs_limit = 50;

struct jobs_options {
    std::optional<std::size_t> limit;
    std::string id;
    std::string state;
    std::string batch;
    std::string user_id;
    bool json = false;

    std::string whose(cli_context& context) const {
        return user_id.empty() ? context.parts.settings().user_id : user_id;
    }
};

job_state state_from(const std::string& word) {
    if (const auto state = job_state_from(word)) return *state;
    const std::string known[] = {"queued", "leased", "done", "failed", "cancelled", "dead"};
    const auto near = nearest(word, known);
    throw error(errc::invalid_argument,
                fmt::format("there is no job state \"{}\"", printable(word)),
                near.empty() ? fmt::format("There are {}", fmt::join(known, ", "))
                             : fmt::format("Did you mean {}?", near));
}

std::string wish_of(const job& one) {
    if (const auto* made = std::get_if<character_request>(&one.request))
        return made->draft.name.empty() ? "character" : made->draft.name;
    const auto& wanted = std::get<image_request>(one.request);
    return fmt::format("{} of {}", to_string(wanted.type), wanted.character_id);
}

// How far it is, or why it ended.
std::string news_of(const job& one) {
    if (has_ended(one.status.state))
        return one.status.state == job_state::done || one.failures.empty()
                   ? std::string()
                   : one.failures.back().detail;
    if (!one.progress.doing.empty())
        return one.progress.steps > 0 ? fmt::format("{} {}/{}", one.progress.doing,
                                                    one.progress.step, one.progress.steps)
                                      : one.progress.doing;
    if (one.status.attempts > 0)
        return fmt::format("try {}, after: {}", one.status.attempts + 1,
                           one.failures.empty() ? "" : one.failures.back().detail);
    return {};
}

json::object document_of(const job& one) {
    auto document = to_json(one);
    document.erase("revision");
    document.erase("lease");
    if (!one.lease.worker.empty()) document["worker"] = one.lease.worker;
    return document;
}

void print(terminal& out, const job& one) {
    out.result(fmt::format("{}  {:<9}  {}  {:<24}  {}", one.id, to_string(one.status.state),
                           to_rfc3339(one.created_at).substr(0, 19), printable(wish_of(one)),
                           printable(news_of(one))));
}

int run_list(cli_context& context, const jobs_options& options) {
    job_query query;
    query.user_id = options.whose(context);
    query.limit = options.limit.value_or(default_jobs_limit);
    if (!options.state.empty()) query.state = state_from(options.state);
    if (!options.batch.empty()) query.submission_id = options.batch;
    auto& queue = context.parts.queue();
    const auto found = queue.list(query);
    if (options.json) {
        json::array rows;
        for (const auto& one : found) rows.push_back(document_of(one.found));
        context.out.result(json::serialize(rows));
        return 0;
    }
    for (const auto& one : found) print(context.out, one.found);
    const auto all = queue.count(query);
    context.out.message(all.all() == 0
                            ? "No jobs yet. Make one: medusa generate"
                            : fmt::format("{} queued, {} in work, {} done, {} failed, {} "
                                          "cancelled, {} given up",
                                          all.queued, all.leased, all.done, all.failed,
                                          all.cancelled, all.dead));
    return 0;
}

int run_show(cli_context& context, const jobs_options& options) {
    const auto found = context.parts.queue().find(options.id);
    if (!found || found->owner.user_id != options.whose(context))
        throw error(errc::not_found, fmt::format("there is no job {}", printable(options.id)),
                    "medusa jobs shows yours");
    const auto ahead = outlook_of(context.parts.queue(), *found, system_clock().now());
    if (options.json) {
        auto document = document_of(*found);
        if (ahead) document["position"] = ahead->position;
        if (ahead && ahead->left) document["etaSeconds"] = ahead->left->count();
        context.out.result(json::serialize(document));
        return 0;
    }
    print(context.out, *found);
    const auto soon = ahead && ahead->left
                          ? fmt::format("done in about {} s as it goes now", ahead->left->count())
                          : "";
    if (ahead && ahead->position > 0)
        context.out.result(fmt::format("   number {} in line{}{}", ahead->position,
                                       soon.empty() ? "" : ", ", soon));
    else if (!soon.empty())
        context.out.result("   " + soon);
    for (const auto& event : found->events)
        context.out.result(fmt::format("   {}  {:<13} {}", to_rfc3339(event.at), event.what,
                                       printable(event.detail)));
    return 0;
}

// One wish, carried out: cancel or retry.
int run_wish(cli_context& context, const jobs_options& options,
             job (job_queue::*wish)(const std::string&, const std::string&)) {
    const auto changed = (context.parts.queue().*wish)(options.id, options.whose(context));
    if (options.json)
        context.out.result(json::serialize(document_of(changed)));
    else
        print(context.out, changed);
    if (changed.status.cancel_wanted)
        context.out.message("its worker is told; it ends within seconds");
    else if (changed.status.state == job_state::queued)
        context.out.message("it waits for a worker: medusa worker --until-idle");
    return 0;
}

// Everything that was given up, once more.
int run_redrive(cli_context& context, const jobs_options& options) {
    job_query query;
    query.user_id = options.whose(context);
    query.state = job_state::dead;
    query.limit = limits::jobs_waiting;
    if (!options.batch.empty()) query.submission_id = options.batch;
    auto& queue = context.parts.queue();
    std::size_t again = 0;
    for (const auto& one : queue.list(query)) {
        queue.retry(one.found.id, *query.user_id);
        ++again;
    }
    if (options.json)
        context.out.result(json::serialize(json::object{{"queued", again}}));
    else
        context.out.result(again == 0 ? "No job was given up"
                                      : fmt::format("{} wait for a worker: medusa worker "
                                                    "--until-idle",
                                                    counted(again, "job")));
    return 0;
}

using jobs_action = int (*)(cli_context&, const jobs_options&);

void add_action(CLI::App& program, cli_context& context, const char* name, const char* about,
                const std::shared_ptr<jobs_options>& options, jobs_action run) {
    auto* command = program.add_subcommand(name, about);
    command->add_option("id", options->id, "The job's id")->required();
    command->add_option("--userId", options->user_id, "Whose job");
    command->add_flag("--json", options->json, "Print JSON for programs");
    command->callback([&context, options, run] {
        context.action = [&context, options, run] { return run(context, *options); };
    });
}

}  // namespace

void add_jobs(CLI::App& program, cli_context& context) {
    auto* command = program.add_subcommand("jobs", "What is waiting, in work and done");
    command->footer(
        "Examples:\n"
        "  medusa jobs\n"
        "  medusa jobs --state dead");
    const auto options = std::make_shared<jobs_options>();
    add_whole(*command, "--limit", options->limit, jobs_limit_range, "How many, 50 without it");
    command->add_option("--state", options->state,
                        "Only queued, leased, done, failed, cancelled or dead ones");
    command->add_option("--batch", options->batch, "Only those of the batch of this id");
    command->add_option("--userId", options->user_id, "Whose jobs");
    command->add_flag("--json", options->json, "Print JSON for programs");
    command->require_subcommand(0, 1);
    add_action(*command, context, "show", "One job with its story", options, run_show);
    add_action(*command, context, "cancel", "Stop a job", options,
               [](cli_context& within, const jobs_options& given) {
                   return run_wish(within, given, &job_queue::cancel);
               });
    add_action(*command, context, "retry", "Give a job that failed or was given up another life",
               options, [](cli_context& within, const jobs_options& given) {
                   return run_wish(within, given, &job_queue::retry);
               });
    auto* redrive = command->add_subcommand("redrive", "Retry all that were given up");
    redrive->add_option("--batch", options->batch, "Only those of the batch of this id");
    redrive->add_option("--userId", options->user_id, "Whose jobs");
    redrive->add_flag("--json", options->json, "Print JSON for programs");
    redrive->callback([&context, options] {
        context.action = [&context, options] { return run_redrive(context, *options); };
    });
    command->callback([&context, command, options] {
        if (!command->get_subcommands().empty()) return;
        context.action = [&context, options] { return run_list(context, *options); };
    });
}

}  // namespace medusa
