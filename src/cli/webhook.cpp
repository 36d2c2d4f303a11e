#include <fmt/format.h>

#include <boost/json.hpp>
#include <memory>

#include "cli/context.hpp"
#include "cli/numbers.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "webhook/desk.hpp"

namespace medusa {
namespace {

namespace json = boost::json;

constexpr std::size_t deliveries_shown = 50;

struct webhook_options {
    std::string url;
    std::string id;
    std::vector<std::string> events;
    bool json = false;
};

owner_info me(cli_context& context) {
    const auto& settings = context.parts.settings();
    return {settings.user_id, settings.username};
}

int create(cli_context& context, const webhook_options& options) {
    const auto made = context.parts.webhooks().create(me(context), options.url, options.events);
    if (options.json) {
        auto document = told(made);
        document["secret"] = made.secret;
        context.out.result(json::serialize(document));
        return 0;
    }
    context.out.result(fmt::format("{}\n{}", made.id, made.secret));
    context.out.message(
        fmt::format("The secret is shown once: receivers check signatures with it. It is told of "
                    "jobs while medusa serve or medusa worker runs. Try it: medusa webhook test {}",
                    made.id));
    return 0;
}

int list(cli_context& context, const webhook_options& options) {
    const auto found = context.parts.webhooks().list(me(context));
    if (options.json) {
        json::array rows;
        for (const auto& one : found) rows.push_back(told(one));
        context.out.result(json::serialize(rows));
        return 0;
    }
    if (found.empty()) context.out.message("No webhooks yet. Make one: medusa webhook create URL");
    for (const auto& one : found)
        context.out.result(fmt::format(
            "{}  {}  {}{}", one.id, to_rfc3339(one.created_at).substr(0, 10), printable(one.url),
            one.disabled_reason.empty() ? "" : "  off: " + printable(one.disabled_reason)));
    return 0;
}

int remove(cli_context& context, const webhook_options& options) {
    context.parts.webhooks().remove(me(context), options.id);
    context.out.result(options.json ? json::serialize(json::object{{"removed", options.id}})
                                    : fmt::format("✅ webhook {} is removed", options.id));
    return 0;
}

int test(cli_context& context, const webhook_options& options) {
    const auto answer = context.parts.webhooks().test(me(context), options.id, context.stop);
    if (!answer.reason.empty())
        throw error(errc::unavailable, answer.reason, "The log of the receiver says more");
    context.out.result(options.json ? json::serialize(json::object{{"status", answer.status}})
                                    : fmt::format("✅ it answered {}", answer.status));
    return 0;
}

int deliveries(cli_context& context, const webhook_options& options) {
    const auto found =
        context.parts.webhooks().deliveries(me(context), options.id, deliveries_shown);
    if (options.json) {
        json::array rows;
        for (const auto& one : found) rows.push_back(told(one));
        context.out.result(json::serialize(rows));
        return 0;
    }
    if (found.empty()) context.out.message("Nothing was sent to it yet");
    for (const auto& one : found)
        context.out.result(
            fmt::format("{}  {}  {:<13} {:<9} {}  {}", one.id,
                        to_rfc3339(one.created_at).substr(0, 19), one.event, to_string(one.state),
                        counted(std::size_t(one.attempts), "attempt"), printable(one.reason)));
    return 0;
}

int redeliver(cli_context& context, const webhook_options& options) {
    const auto again = context.parts.webhooks().redeliver(me(context), options.id);
    context.out.result(options.json ? json::serialize(json::object{{"redelivered", again}})
                                    : fmt::format("✅ it is on, and {} will be sent again", again));
    return 0;
}

using wish = int (*)(cli_context&, const webhook_options&);

}  // namespace

void add_webhook(CLI::App& program, cli_context& context) {
    constexpr auto example =
        "Example:\n  medusa webhook create https://example.com/hook --event job.done";
    auto* command = program.add_subcommand("webhook", "Tell other programs when jobs end");
    command->footer(example);
    command->require_subcommand(1);
    const auto options = std::make_shared<webhook_options>();
    const auto add = [&](const char* name, const char* words, wish run) {
        auto* verb = command->add_subcommand(name, words);
        verb->footer(example);
        verb->add_flag("--json", options->json, "Print JSON for programs");
        verb->callback([&context, options, run] {
            context.action = [&context, options, run] { return run(context, *options); };
        });
        return verb;
    };
    const auto add_for_one = [&](const char* name, const char* words, wish run) {
        add(name, words, run)->add_option("id", options->id, "The webhook's id")->required();
    };
    auto* made = add("create", "Make one, and show its secret once", create);
    made->add_option("url", options->url, "Its https address")->required();
    made->add_option("--event", options->events,
                     "job.done, job.failed, job.cancelled or job.dead; may be given several "
                     "times; all without it");
    add("list", "Show the webhooks that there are", list);
    add_for_one("test", "Send it an event of the type webhook.test now", test);
    add_for_one("deliveries", "Show what was sent to it, newest first", deliveries);
    add_for_one("redeliver", "Switch it on again, and send what was given up", redeliver);
    add_for_one("remove", "End it, with all that waits for it", remove);
}

}  // namespace medusa
