#include <fmt/format.h>

#include <memory>

#include "cli/context.hpp"
#include "cli/service_log.hpp"
#include "core/text.hpp"

namespace medusa {
namespace {

struct serve_options {
    bool no_worker = false;
    bool log = false;
    std::string log_format;
};

int run(cli_context& context, const serve_options& options) {
    begin_log(context, options.log_format);
    serve_wish wish;
    wish.works = !options.no_worker;
    wish.listening = [&](const std::string& address) {
        context.out.message(fmt::format(
            "medusa serves {}. Ctrl-C ends it when what it has begun is done", address));
        const auto& http = context.parts.settings().http;
        if (!http.jwt_secret_file.empty())
            context.out.message(
                fmt::format("Sign-in tokens (HS256) are taken too: of {}, for {}",
                            http.jwt_issuer.empty() ? "any issuer" : printable(http.jwt_issuer),
                            http.jwt_audience.empty() ? "no audience in particular"
                                                      : printable(http.jwt_audience)));
        if (context.parts.tokens().list().empty())
            context.out.message(
                "No token is needed from this machine. For programs elsewhere: "
                "medusa token create --scope write");
    };
    wish.trouble = warns_of_outages(context.out, system_timer());
    wish.log = [&](const log_entry& entry) { context.out.log(entry); };
    wish.logs_all = options.log || context.parts.settings().debug;
    context.parts.serve(wish, context.stop);
    return 0;
}

}  // namespace

void add_serve(CLI::App& program, cli_context& context) {
    auto* command = program.add_subcommand("serve", "Serve the HTTP API, and do its jobs");
    command->footer("Example:\n  MEDUSA_HTTP=127.0.0.1:3001 medusa serve");
    const auto options = std::make_shared<serve_options>();
    command->add_flag("--no-worker", options->no_worker,
                      "Leave the jobs to other processes: medusa worker");
    command->add_flag("--log-requests", options->log,
                      "Log each request: method, path, status, time");
    add_log_format(*command, options->log_format);
    command->callback([&context, options] {
        context.action = [&context, options] { return run(context, *options); };
    });
}

}  // namespace medusa
