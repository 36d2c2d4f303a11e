#include "cli/options.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.hpp"

namespace medusa {
namespace {

constexpr std::string_view plain_letters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./:=,@%+-";

std::string escaped(std::string_view text) {
    std::string word = "$'";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '\'' || c == '\\')
            word += {'\\', c};
        else if (byte >= 0x20 && byte < 0x7f)
            word += c;
        else
            word += fmt::format("\\x{:02x}", byte);
    }
    return word + "'";
}

}  // namespace

std::string shell_quoted(std::string_view text) {
    if (!text.empty() && text.find_first_not_of(plain_letters) == std::string_view::npos)
        return std::string(text);
    if (printable(text) != text) return escaped(text);
    std::string word = "'";
    for (const char c : text) {
        if (c == '\'')
            word += "'\\''";
        else
            word += c;
    }
    return word + "'";
}

std::string given_again(const CLI::App& command, std::initializer_list<std::string_view> without) {
    std::string words;
    for (const auto* option : command.get_options()) {
        if (option->empty() || option->get_lnames().empty()) continue;
        const auto& name = option->get_lnames().front();
        if (std::find(without.begin(), without.end(), name) != without.end()) continue;
        words += " --" + name;
        const bool takes_value = option->get_items_expected_max() > 0;
        if (takes_value) words += " " + shell_quoted(option->results().back());
    }
    return words;
}

}  // namespace medusa
