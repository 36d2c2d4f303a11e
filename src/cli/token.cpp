#include <fmt/format.h>

#include <boost/json.hpp>
#include <memory>

#include "cli/context.hpp"
#include "core/error.hpp"
#include "core/ids.hpp"
#include "core/text.hpp"
#include "domain/validate.hpp"

namespace medusa {
namespace {

namespace json = boost::json;

struct token_options {
    std::string user;
    std::string scope = "read";
    std::string id;
    bool json = false;
};

access_scope scope_from(const std::string& word) {
    if (const auto scope = access_scope_from(word)) return *scope;
    throw error(errc::invalid_argument, fmt::format("there is no scope \"{}\"", printable(word)),
                "There are read, write and admin");
}

// The local user keeps the id that his characters have; anybody else's name is his id.
owner_info owner_of(const config& settings, const std::string& user) {
    if (user.empty() || user == settings.username) return {settings.user_id, settings.username};
    return validate(owner_info{user, user});
}

json::object told(const access_token& one) {
    return {{"id", one.id},
            {"user", one.owner.username},
            {"scope", to_string(one.scope)},
            {"createdAt", to_rfc3339(one.created_at)}};
}

int create(cli_context& context, const token_options& options) {
    const auto scope = scope_from(options.scope);
    const auto owner = owner_of(context.parts.settings(), options.user);
    const auto made = issue_token(owner, scope, system_clock(), random_ids());
    context.parts.tokens().add(made.record);
    if (options.json) {
        context.out.result(json::serialize(json::object{{"token", made.text},
                                                        {"id", made.record.id},
                                                        {"user", owner.username},
                                                        {"scope", to_string(scope)}}));
        return 0;
    }
    context.out.result(made.text);
    context.out.message(
        fmt::format("This token is shown once. It lets {} {}; medusa token revoke {} ends it",
                    printable(owner.username), to_string(scope), made.record.id));
    return 0;
}

int list(cli_context& context, const token_options& options) {
    const auto found = context.parts.tokens().list();
    if (options.json) {
        json::array rows;
        for (const auto& one : found) rows.push_back(told(one));
        context.out.result(json::serialize(rows));
        return 0;
    }
    if (found.empty()) context.out.message("No tokens yet. Make one: medusa token create");
    for (const auto& one : found)
        context.out.result(fmt::format("{}  {}  {:<6} {}", one.id,
                                       to_rfc3339(one.created_at).substr(0, 10),
                                       to_string(one.scope), printable(one.owner.username)));
    return 0;
}

int revoke(cli_context& context, const token_options& options) {
    if (!context.parts.tokens().remove(options.id))
        throw error(errc::not_found, fmt::format("there is no token {}", printable(options.id)),
                    "medusa token list shows them");
    context.out.result(options.json ? json::serialize(json::object{{"revoked", options.id}})
                                    : fmt::format("✅ token {} is revoked", printable(options.id)));
    return 0;
}

using wish = int (*)(cli_context&, const token_options&);

}  // namespace

void add_token(CLI::App& program, cli_context& context) {
    auto* command = program.add_subcommand("token", "Who may use the HTTP API");
    command->footer("Example:\n  medusa token create --scope write --user anna");
    command->require_subcommand(1);
    const auto options = std::make_shared<token_options>();
    const auto add = [&](const char* name, const char* words, wish run) {
        auto* verb = command->add_subcommand(name, words);
        verb->footer("Example:\n  medusa token create --scope write --user anna");
        verb->add_flag("--json", options->json, "Print JSON for programs");
        verb->callback([&context, options, run] {
            context.action = [&context, options, run] { return run(context, *options); };
        });
        return verb;
    };
    auto* made = add("create", "Make a token, and show it once", create);
    made->add_option("--user,--userId", options->user,
                     "Whose characters it opens; yours without it");
    made->add_option("--scope", options->scope, "read, write or admin");
    add("list", "Show the tokens that there are", list);
    add("revoke", "End a token at once", revoke)
        ->add_option("id", options->id, "The token's id")
        ->required();
}

}  // namespace medusa
