#include <fmt/format.h>

#include <memory>

#include "cli/context.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "domain/style.hpp"

namespace medusa {
namespace {

struct option_values {
    std::string option;  // with its dashes
    std::vector<std::string> values;
};

struct command_words {
    std::string name;
    std::string summary;
    std::vector<std::string> options;  // with their dashes
    std::vector<std::string> topics;   // what may follow the command itself
};

const std::vector<std::string> shells{"bash", "zsh", "fish"};

// The options whose values are few and known; those of the others are completed as files.
std::vector<option_values> known_values() {
    std::vector<std::string> style_names;
    for (const auto& style : styles()) style_names.push_back(style.name);
    return {{"--style", style_names},
            {"--type", {"portrait", "full-body", "action", "variation", "custom"}},
            {"--from", {"sqlite", "mongo", "local", "cloudinary"}},
            {"--to", {"sqlite", "mongo", "local", "cloudinary"}},
            {"--if-similar", {"warn", "refuse", "ignore"}},
            {"--engine", {"sketch"}}};
}

std::vector<std::string> options_of(const CLI::App& app) {
    std::vector<std::string> words;
    for (const auto* option : app.get_options())
        for (const auto& name : option->get_lnames()) words.push_back("--" + name);
    return words;
}

std::vector<command_words> words_of(const CLI::App& program) {
    const auto commands = program.get_subcommands([](const CLI::App*) { return true; });
    std::vector<std::string> help_topics{"exit-codes"};
    for (const auto* command : commands) help_topics.push_back(command->get_name());
    std::vector<command_words> all;
    for (const auto* command : commands) {
        command_words words{
            command->get_name(), command->get_description(), options_of(*command), {}};
        for (const auto* inner : command->get_subcommands([](const CLI::App*) { return true; }))
            words.topics.push_back(inner->get_name());
        if (words.name == "completion") words.topics = shells;
        if (words.name == "help") words.topics = help_topics;
        all.push_back(words);
        for (const auto& alias : command->get_aliases()) {
            words.name = alias;
            all.push_back(words);
        }
    }
    return all;
}

std::string bash_script(const std::vector<command_words>& commands) {
    std::string names, cases, values;
    for (const auto& command : commands) {
        names += command.name + " ";
        cases += fmt::format("    {}) words=\"{}\" topics=\"{}\" ;;\n", command.name,
                             fmt::join(command.options, " "), fmt::join(command.topics, " "));
    }
    for (const auto& [option, words] : known_values())
        values += fmt::format("    {}) values=\"{}\" ;;\n", option, fmt::join(words, " "));
    return fmt::format(
        "_medusa() {{\n"
        "  local current=${{COMP_WORDS[COMP_CWORD]}} words= topics= values=\n"
        "  case ${{COMP_WORDS[1]}} in\n{}"
        "  esac\n"
        "  [ \"$COMP_CWORD\" -eq 2 ] && values=$topics\n"
        "  case ${{COMP_WORDS[COMP_CWORD-1]}} in\n{}"
        "  esac\n"
        "  [ \"$COMP_CWORD\" -eq 1 ] && values=\"{}\"\n"
        "  [[ $current == -* ]] && values=$words\n"
        "  if [ -n \"$values\" ]; then\n"
        "    mapfile -t COMPREPLY < <(compgen -W \"$values\" -- \"$current\")\n"
        "  else\n"
        "    mapfile -t COMPREPLY < <(compgen -f -- \"$current\")\n"
        "  fi\n"
        "}}\n"
        "complete -F _medusa medusa",
        cases, values, names);
}

std::string zsh_script(const std::vector<command_words>& commands) {
    std::string names, cases, values;
    for (const auto& command : commands) {
        names += fmt::format("    '{}:{}'\n", command.name, command.summary);
        cases += fmt::format("    {}) compadd -- {} {} ; {} ;;\n", command.name,
                             fmt::join(command.options, " "), fmt::join(command.topics, " "),
                             command.topics.empty() ? "_files" : ":");
    }
    for (const auto& [option, words] : known_values())
        values += fmt::format("    {}) compadd -- {} ; return ;;\n", option, fmt::join(words, " "));
    return fmt::format(
        "#compdef medusa\n"
        "_medusa() {{\n"
        "  local -a commands=(\n{}  )\n"
        "  if (( CURRENT == 2 )); then _describe command commands; return; fi\n"
        "  case $words[CURRENT-1] in\n{}  esac\n"
        "  case $words[2] in\n{}  esac\n"
        "}}\n"
        "compdef _medusa medusa",
        names, values, cases);
}

std::string fish_script(const std::vector<command_words>& commands) {
    const auto known = known_values();
    std::string script;
    for (const auto& command : commands) {
        script += fmt::format("complete -c medusa -n __fish_use_subcommand -a {} -d '{}'\n",
                              command.name, command.summary);
        const auto when =
            fmt::format("complete -c medusa -n '__fish_seen_subcommand_from {}'", command.name);
        if (!command.topics.empty())
            script += fmt::format("{} -f -a '{}'\n", when, fmt::join(command.topics, " "));
        for (const auto& option : command.options) {
            script += fmt::format("{} -l {}", when, option.substr(2));
            for (const auto& [name, words] : known)
                if (name == option) script += fmt::format(" -x -a '{}'", fmt::join(words, " "));
            script += "\n";
        }
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
                throw error(errc::invalid_argument,
                            "no completion for the shell " + printable(*shell),
                            "There are bash, zsh and fish");
            return 0;
        };
    });
}

}  // namespace medusa
