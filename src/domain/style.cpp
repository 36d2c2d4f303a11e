#include "domain/style.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/json.hpp>

#include "core/error.hpp"
#include "core/resources.hpp"
#include "core/text.hpp"

namespace medusa {
namespace {

namespace json = boost::json;

std::vector<std::string> strings(const json::value& list) {
    return json::value_to<std::vector<std::string>>(list);
}

std::vector<style_info> read_styles() {
    std::vector<style_info> read;
    const auto rows = json::parse(resource("styles.json"));
    for (const auto& row : rows.as_array())
        read.push_back({json::value_to<std::string>(row.at("name")), strings(row.at("words")),
                        strings(row.at("negative_words")),
                        json::value_to<std::string>(row.at("model"))});
    return read;
}

std::string as_typed_in_the_list(std::string_view name) {
    std::string normal = to_lower(collapse_spaces(name));
    std::replace_if(
        normal.begin(), normal.end(), [](char c) { return c == ' ' || c == '_'; }, '-');
    return normal;
}

}  // namespace

std::span<const style_info> styles() {
    static const auto all = read_styles();
    return all;
}

const style_info& style_of(std::string_view name) {
    const auto wanted = as_typed_in_the_list(name);
    std::vector<std::string> names;
    for (const auto& style : styles()) {
        if (style.name == wanted) return style;
        names.push_back(style.name);
    }
    const auto near = nearest(wanted, names);
    throw error(errc::invalid_argument, fmt::format("unknown style \"{}\"", printable(name)),
                (near.empty() ? "" : fmt::format("Did you mean \"{}\"? ", near)) +
                    fmt::format("Styles: {}", fmt::join(names, ", ")));
}

}  // namespace medusa
