#include "record/json_reader.hpp"

#include <fmt/format.h>

#include "core/error.hpp"

namespace medusa {

namespace json = boost::json;

json_reader::json_reader(const json::value& value, std::string_view what)
    : object_(value.if_object()), what_(what) {
    if (!object_) throw error(errc::corrupted, fmt::format("a {} record is not an object", what_));
}

const json::value* json_reader::field(std::string_view name) const {
    return object_->if_contains(name);
}

void json_reader::refuse(std::string_view name, std::string_view expected) const {
    throw error(errc::corrupted,
                fmt::format("field \"{}\" of a {} record is not {}", name, what_, expected));
}

void json_reader::read(std::string_view name, std::string& target) const {
    const auto* value = field(name);
    if (!value) return;
    if (!value->is_string()) refuse(name, "text");
    target = std::string(value->get_string());
}

void json_reader::read(std::string_view name, std::vector<std::string>& target) const {
    const auto* value = field(name);
    if (!value) return;
    if (!value->is_array()) refuse(name, "a list");
    target.clear();
    for (const auto& element : value->get_array()) {
        if (!element.is_string()) refuse(name, "a list of texts");
        target.emplace_back(element.get_string());
    }
}

template <typename number>
void json_reader::read_number(std::string_view name, number& target) const {
    const auto* value = field(name);
    if (!value) return;
    json::error_code reason;
    const auto parsed = value->to_number<number>(reason);
    if (reason) refuse(name, "a whole number in range");
    target = parsed;
}

void json_reader::read(std::string_view name, int& target) const {
    read_number(name, target);
}

void json_reader::read(std::string_view name, std::int64_t& target) const {
    read_number(name, target);
}

void json_reader::read(std::string_view name, std::uint32_t& target) const {
    read_number(name, target);
}

void json_reader::read(std::string_view name, std::uint64_t& target) const {
    read_number(name, target);
}

void json_reader::read(std::string_view name, std::optional<std::int64_t>& target) const {
    if (field(name)) read_number(name, target.emplace());
}

void json_reader::read(std::string_view name, double& target) const {
    read_number(name, target);
}

void json_reader::read(std::string_view name, time_point& target) const {
    std::string text;
    read(name, text);
    if (!text.empty()) target = from_rfc3339(text);
}

}  // namespace medusa
