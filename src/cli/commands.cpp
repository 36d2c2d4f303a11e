#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cstring>
#include <exception>

#include "cli/context.hpp"
#include "cli/results.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "core/version.hpp"

namespace medusa {
namespace {

using add_command = void (*)(CLI::App&, cli_context&);

// Every command, in the order of the help text; each lives in a file of its own name.
constexpr add_command commands[] = {
    add_generate, add_batch,  add_image,   add_list,       add_show,    add_search,
    add_similar,  add_delete, add_jobs,    add_worker,     add_serve,   add_token,
    add_webhook,  add_doctor, add_engines, add_reindex,    add_migrate, add_backup,
    add_restore,  add_sweep,  add_sketch,  add_completion, add_help,
};

constexpr const char* about =
    "medusa draws the characters you describe, keeps each the same person in every later\n"
    "picture and stores it with a full record. Without any set-up it works on embedded parts.";

constexpr const char* footer =
    "Example:\n"
    "  medusa generate --name \"Luna Starweaver\" \\\n"
    "    --description \"A mystical elven sorceress with silver hair\" --style fantasy\n\n"
    "More: medusa help COMMAND, medusa help exit-codes";

std::vector<std::string> names_of_commands(const CLI::App& program) {
    std::vector<std::string> names;
    for (const auto* command : program.get_subcommands([](const CLI::App*) { return true; })) {
        names.push_back(command->get_name());
        for (const auto& alias : command->get_aliases()) names.push_back(alias);
    }
    return names;
}

std::vector<std::string> names_of_options(const CLI::App& command) {
    std::vector<std::string> names;
    for (const auto* option : command.get_options())
        for (const auto& name : option->get_lnames()) names.push_back("--" + name);
    return names;
}

// The arguments that nothing took: the first is what the user most likely mistyped.
error unknown_word(const CLI::App& program, const std::string& word) {
    const auto chosen = program.get_subcommands();
    const bool option = word.starts_with("-");
    if (!option && !chosen.empty())
        return error(errc::invalid_argument, fmt::format("unexpected word {}", printable(word)),
                     fmt::format("A text of several words needs quotes. See medusa {} --help",
                                 chosen.front()->get_name()));
    const auto& owner = chosen.empty() ? program : *chosen.front();
    const auto candidates = option ? names_of_options(owner) : names_of_commands(program);
    const auto near = nearest(word.substr(0, word.find('=')), candidates);
    const auto help = chosen.empty() ? "medusa --help" : "medusa " + owner.get_name() + " --help";
    return error(errc::invalid_argument,
                 fmt::format("there is no {} {}", option ? "option" : "command", printable(word)),
                 near.empty() ? "See " + help : fmt::format("Did you mean {}? See {}", near, help));
}

bool asks_for_json(int argc, const char* const* argv) {
    return std::any_of(argv, argv + argc,
                       [](const char* word) { return std::string_view(word) == "--json"; });
}

int report(const error& failure, bool json, cli_context& context) {
    if (json) context.out.result(boost::json::serialize(to_result(failure)));
    context.out.failure(printable(failure.what()));
    return info(failure.code()).exit_code;
}

int run(CLI::App& program, int argc, const char* const* argv, cli_context& context) {
    try {
        program.parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
        const auto chosen = program.get_subcommands();
        context.out.result(chosen.empty() ? program.help()
                                          : chosen.front()->help(program.get_name()));
        return 0;
    } catch (const CLI::CallForVersion&) {
        context.out.result(fmt::format("medusa {}", version));
        return 0;
    } catch (const CLI::ParseError& wrong) {
        throw error(errc::invalid_argument, wrong.what(), "See medusa --help");
    }
    const auto extra = program.remaining(true);
    if (!extra.empty()) throw unknown_word(program, extra.front());
    if (!context.action) {
        context.out.result(program.help());
        return 0;
    }
    return context.action();
}

int run_reported(CLI::App& program, int argc, const char* const* argv, cli_context& context) {
    try {
        return run(program, argc, argv, context);
    } catch (const error& failure) {
        return report(failure, asks_for_json(argc, argv), context);
    } catch (const std::exception& bug) {
        const error failure(errc::internal, fmt::format("a bug in medusa: {}", bug.what()),
                            "Please report it with the command that you gave");
        return report(failure, asks_for_json(argc, argv), context);
    }
}

int report_lost_results(cli_context& context) {
    const error failure(errc::storage, fmt::format("cannot write to standard output: {}",
                                                   std::strerror(context.out.lost_results())));
    return report(failure, false, context);
}

}  // namespace

int run_command_line(int argc, const char* const* argv, cli_context& context) {
    // Before anything is made that nobody could be told of.
    if (context.out.lost_results() != 0) return report_lost_results(context);
    CLI::App program(about, "medusa");
    program.footer(footer);
    program.set_version_flag("--version", std::string(version), "Print the version");
    program.allow_extras();
    program.require_subcommand(0, 1);
    for (const auto add : commands) add(program, context);
    const int code = run_reported(program, argc, argv, context);
    return code == 0 && context.out.lost_results() != 0 ? report_lost_results(context) : code;
}

}  // namespace medusa
