#include "net/reply_json.hpp"

#include "core/text.hpp"

namespace medusa {

namespace json = boost::json;

std::optional<json::value> read_json(std::string_view text, std::size_t depth) {
    json::parse_options options;
    options.max_depth = depth;
    json::error_code failed;
    auto value = json::parse(text, failed, {}, options);
    if (failed) return std::nullopt;
    return value;
}

const json::value* member(const json::value* from, std::string_view key) {
    const auto* object = from ? from->if_object() : nullptr;
    return object ? object->if_contains(key) : nullptr;
}

const json::value* member(const std::optional<json::value>& from, std::string_view key) {
    return member(from ? &*from : nullptr, key);
}

const json::value* element(const json::value* from, std::size_t index) {
    const auto* array = from ? from->if_array() : nullptr;
    return array && index < array->size() ? &(*array)[index] : nullptr;
}

std::string text_of(const json::value* from) {
    const auto* string = from ? from->if_string() : nullptr;
    return string ? std::string(*string) : std::string();
}

std::optional<double> number_of(const json::value* from) {
    if (!from || !from->is_number()) return std::nullopt;
    return from->to_number<double>();
}

std::vector<std::string> texts_of(const json::value* from) {
    std::vector<std::string> texts;
    const auto* array = from ? from->if_array() : nullptr;
    if (!array) return texts;
    for (const auto& one : *array) {
        if (one.is_string()) texts.emplace_back(one.get_string());
    }
    return texts;
}

std::string harmless(std::string_view text, std::size_t chars_max) {
    if (!is_valid_utf8(text)) return {};
    std::string line = collapse_spaces(printable(text));
    if (line.size() <= chars_max) return line;
    std::size_t end = chars_max;
    while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xC0) == 0x80) --end;
    return line.substr(0, end) + "...";
}

}  // namespace medusa
