#include <fmt/format.h>

#include <memory>

#include "cli/context.hpp"
#include "core/error.hpp"

namespace medusa {
namespace {

struct command_words {
    std::string name;
    std::string summary;
    std::vector<std::string> options;  // with their dashes
};

std::vector<std::string> options_of(const CLI::App& app) {
    std::vector<std::string> words;
    for (const auto* option : app.get_options())
        for (const auto& name : option->get_lnames()) words.push_back("--" + name);
    return words;
}

std::vector<command_words> words_of(const CLI::App& program) {
    std::vector<command_words> all;
    for (const auto* command : program.get_subcommands([](const CLI::App*) { return true; })) {
        all.push_back({command->get_name(), command->get_description(), options_of(*command)});
        for (const auto& alias : command->get_aliases())
            all.push_back({alias, command->get_description(), options_of(*command)});
    }
    return all;
}

std::string bash_script(const std::vector<command_words>& commands) {
    std::string names, cases;
    for (const auto& command : commands) {
        names += command.name + " ";
        cases +=
            fmt::format("    {}) words=\"{}\" ;;\n", command.name, fmt::join(command.options, " "));
    }
    return fmt::format(
        "_medusa() {{\n"
        "  local current=${{COMP_WORDS[COMP_CWORD]}} words=\n"
        "  case ${{COMP_WORDS[1]}} in\n{}"
        "  esac\n"
        "  [ \"$COMP_CWORD\" -eq 1 ] && words=\"{}\"\n"
        "  if [[ $current == -* || $COMP_CWORD -eq 1 ]]; then\n"
        "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")\n"
        "  else\n"
        "    mapfile -t COMPREPLY < <(compgen -f -- \"$current\")\n"
        "  fi\n"
        "}}\n"
        "complete -F _medusa medusa",
        cases, names);
}

std::string zsh_script(const std::vector<command_words>& commands) {
    std::string names, cases;
    for (const auto& command : commands) {
        names += fmt::format("    '{}:{}'\n", command.name, command.summary);
        cases += fmt::format("    {}) compadd -- {} ; _files ;;\n", command.name,
                             fmt::join(command.options, " "));
    }
    return fmt::format(
        "#compdef medusa\n"
        "_medusa() {{\n"
        "  local -a commands=(\n{}  )\n"
        "  if (( CURRENT == 2 )); then _describe command commands; return; fi\n"
        "  case $words[2] in\n{}  esac\n"
        "}}\n"
        "compdef _medusa medusa",
        names, cases);
}

std::string fish_script(const std::vector<command_words>& commands) {
    std::string script;
    for (const auto& command : commands) {
        script += fmt::format("complete -c medusa -n __fish_use_subcommand -a {} -d '{}'\n",
                              command.name, command.summary);
        for (const auto& option : command.options)
            script += fmt::format("complete -c medusa -n '__fish_seen_subcommand_from {}' -l {}\n",
                                  command.name, option.substr(2));
    }
    script.pop_back();
    return script;
}

}  // namespace

void add_completion(CLI::App& program, cli_context& context) {
    auto* command = program.add_subcommand("completion", "Print a completion script for a shell");
    command->footer("Example:\n  medusa completion bash > medusa.bash && . ./medusa.bash");
    const auto shell = std::make_shared<std::string>();
    command->add_option("shell", *shell, "bash, zsh or fish")->required();
    command->callback([&program, &context, shell] {
        context.action = [&program, &context, shell] {
            const auto words = words_of(program);
            if (*shell == "bash")
                context.out.result(bash_script(words));
            else if (*shell == "zsh")
                context.out.result(zsh_script(words));
            else if (*shell == "fish")
                context.out.result(fish_script(words));
            else
                throw error(errc::invalid_argument, "no completion for the shell " + *shell,
                            "There are bash, zsh and fish");
            return 0;
        };
    });
}

}  // namespace medusa
