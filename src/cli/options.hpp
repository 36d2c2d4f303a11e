// What several commands do with their options: reading numbers, and saying them again in a command
// that the user is advised to give next. Main thread.
#pragma once

#include <CLI/CLI.hpp>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "cli/numbers.hpp"

namespace medusa {

// An option or argument that takes a whole number; while parsing, a wrong one throws
// error(invalid_argument).
template <class Number>
CLI::Option* add_whole(CLI::App& command, const std::string& name, std::optional<Number>& target,
                       whole_range range, const std::string& about) {
    const auto what = name.starts_with("-") ? name : "the " + name;
    const auto read = [&target, what, range](const std::string& text) {
        target = static_cast<Number>(whole_number(what, text, range));
    };
    return command.add_option_function<std::string>(name, read, about)->type_name("NUMBER");
}

// `text` as one word of a POSIX shell; as $'...' where it holds control characters or is no UTF-8,
// so that what is printed can neither move the cursor nor mean something else.
std::string shell_quoted(std::string_view text);

// Every option that was given to `command` but those named in `without`, with a blank before each:
// " --style anime --json". Names go without dashes.
std::string given_again(const CLI::App& command, std::initializer_list<std::string_view> without);

}  // namespace medusa
