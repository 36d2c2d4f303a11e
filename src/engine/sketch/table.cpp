#include "engine/sketch/table.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "core/text.hpp"

namespace medusa::sketch {
namespace json = boost::json;

json::object parse_table(std::string_view text) {
    json::parser parser;
    boost::system::error_code problem;
    const auto read = parser.write_some(text, problem);
    const auto rest = text.find_first_not_of(" \n\r\t", read);
    if (problem || rest != std::string_view::npos) {
        const auto line = 1 + std::count(text.begin(), text.begin() + std::ptrdiff_t(read), '\n');
        throw error(errc::internal,
                    fmt::format("line {}: {}", line,
                                problem ? problem.message() : "nothing may follow the object"));
    }
    auto value = parser.release();
    if (!value.is_object()) throw error(errc::internal, "the file must hold one {...} object");
    return std::move(value.as_object());
}

table_row::table_row(const json::object& fields, std::string place)
    : fields_(fields), place_(std::move(place)) {}

std::string table_row::place_of(std::string_view name) const {
    return place_.empty() ? std::string(name) : fmt::format("{}, {}", place_, name);
}

void table_row::refuse(std::string_view name, std::string_view expected) const {
    throw error(errc::internal, fmt::format("{} must be {}", place_of(name), expected));
}

const json::value* table_row::find(std::string_view name) {
    asked_.emplace(name);
    return fields_.if_contains(name);
}

const json::value& table_row::needed(std::string_view name) {
    const auto* found = find(name);
    if (found == nullptr) throw error(errc::internal, fmt::format("{} is missing", place_of(name)));
    return *found;
}

table_row table_row::row(std::string_view name) {
    const auto& found = needed(name);
    if (!found.is_object()) refuse(name, "an object {...}");
    return {found.as_object(), place_of(name)};
}

std::vector<table_row> table_row::rows(std::string_view name) {
    const auto& found = needed(name);
    if (!found.is_array()) refuse(name, "a list [...]");
    std::vector<table_row> all;
    for (const auto& entry : found.as_array()) {
        const auto place = fmt::format("{} {}", name, all.size() + 1);
        if (!entry.is_object()) refuse(place, "an object {...}");
        all.emplace_back(entry.as_object(), place_of(place));
    }
    return all;
}

void table_row::refuse_unknown() const {
    for (const auto& field : fields_) {
        if (asked_.contains(std::string_view(field.key()))) continue;
        const std::vector<std::string> known(asked_.begin(), asked_.end());
        const auto near = nearest(field.key(), known);
        throw error(errc::internal,
                    fmt::format("{} is not read; {}", place_of(field.key()),
                                near.empty() ? fmt::format("there are {}", fmt::join(known, ", "))
                                             : fmt::format("do you mean {}?", near)));
    }
}

void read_table(const art_files& art, std::vector<art_fault>& faults, std::string_view name,
                const std::function<void(table_row& file)>& read) {
    read_or_note(faults, name, [&] {
        const auto fields = parse_table(art_text(art, name));
        table_row file(fields);
        read(file);
        file.refuse_unknown();
    });
}

void take(table_row& from, std::string_view name, std::string& into) {
    const auto* found = from.find(name);
    if (found == nullptr) return;
    if (!found->is_string()) from.refuse(name, "a text in quotes");
    into = json::value_to<std::string>(*found);
}

void take(table_row& from, std::string_view name, std::vector<std::string>& into) {
    const auto* found = from.find(name);
    if (found == nullptr) return;
    const auto* list = found->if_array();
    const auto is_text = [](const json::value& one) { return one.is_string(); };
    if (list == nullptr || !std::all_of(list->begin(), list->end(), is_text))
        from.refuse(name, "a list of texts");
    into = json::value_to<std::vector<std::string>>(*found);
}

void take(table_row& from, std::string_view name, double& into) {
    const auto* found = from.find(name);
    if (found == nullptr) return;
    if (!found->is_number()) from.refuse(name, "a number");
    into = found->to_number<double>();
}

void take(table_row& from, std::string_view name, int& into) {
    const auto* found = from.find(name);
    if (found == nullptr) return;
    if (!found->is_int64()) from.refuse(name, "a whole number");
    into = found->to_number<int>();
}

void take(table_row& from, std::string_view name, bool& into) {
    const auto* found = from.find(name);
    if (found == nullptr) return;
    if (!found->is_bool()) from.refuse(name, "true or false");
    into = found->as_bool();
}

}  // namespace medusa::sketch
