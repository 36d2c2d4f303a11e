#include <fmt/format.h>

#include <memory>

#include "cli/context.hpp"
#include "core/error.hpp"
#include "core/text.hpp"

namespace medusa {
namespace {

constexpr const char* exit_codes =
    "Exit codes of every command:\n"
    "    0  done\n"
    "    1  failed\n"
    "    2  wrong usage, also a value out of range\n"
    "    3  not found\n"
    "    4  sign-in or permission\n"
    "    5  some of a batch failed\n"
    "    6  timed out or still running\n"
    "    7  a remote part is unavailable\n"
    "    8  refused by policy or quota\n"
    "  130  interrupted";

std::string text_about(const CLI::App& program, const std::string& topic) {
    // Not program.help(): that gives the help of the command that was chosen, which is this one.
    if (topic.empty())
        return program.get_formatter()->make_help(&program, program.get_name(),
                                                  CLI::AppFormatMode::Normal);
    if (topic == "exit-codes") return exit_codes;
    std::vector<std::string> topics{"exit-codes"};
    for (const auto* command : program.get_subcommands([](const CLI::App*) { return true; })) {
        if (command->check_name(topic)) return command->help(program.get_name());
        topics.push_back(command->get_name());
    }
    const auto near = nearest(topic, topics);
    throw error(errc::invalid_argument, fmt::format("there is no help on {}", printable(topic)),
                near.empty() ? "See medusa --help" : fmt::format("Did you mean {}?", near));
}

}  // namespace

void add_help(CLI::App& program, cli_context& context) {
    auto* command = program.add_subcommand("help", "Explain a command, or the exit codes");
    command->footer("Example:\n  medusa help generate");
    const auto topic = std::make_shared<std::string>();
    command->add_option("topic", *topic, "A command, or exit-codes");
    command->callback([&program, &context, topic] {
        context.action = [&program, &context, topic] {
            context.out.result(text_about(program, *topic));
            return 0;
        };
    });
}

}  // namespace medusa
