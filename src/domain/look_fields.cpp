#include "domain/look_fields.hpp"

#include <algorithm>

#include "core/error.hpp"

namespace medusa {
namespace {

using word_list = std::vector<std::string>;

constexpr std::pair<std::string_view, std::string look::*> words[] = {
    {"hair_color", &look::hair_color},
    {"hair_color2", &look::hair_color2},
    {"hair_length", &look::hair_length},
    {"hair_style", &look::hair_style},
    {"eye_color", &look::eye_color},
    {"eye_color2", &look::eye_color2},
    {"skin", &look::skin},
    {"species", &look::species},
    {"age_band", &look::age_band},
    {"gender", &look::gender},
    {"build", &look::build},
    {"facial_hair", &look::facial_hair},
    {"role", &look::role},
    {"palette", &look::palette},
    {"setting", &look::setting},
    {"time_of_day", &look::time_of_day},
    {"weather", &look::weather},
    {"mood", &look::mood},
    {"hat_color", &look::hat_color},
    {"expression", &look::expression},
};

constexpr std::pair<std::string_view, word_list look::*> lists[] = {
    {"outfit", &look::outfit},
    {"accessories", &look::accessories},
    {"marks", &look::marks},
    {"absent", &look::absent},
};

bool holds(const word_list& list, std::string_view word) {
    return std::find(list.begin(), list.end(), word) != list.end();
}

void merge_pair(std::string& first, std::string& second, const std::string& from_first,
                const std::string& from_second) {
    if (!first.empty() && !from_first.empty()) return;
    if (first.empty()) first = from_first;
    if (second.empty() && first != from_second) second = from_second;
}

}  // namespace

bool fill(look& subject, std::string_view field, std::string_view value) {
    for (const auto& [name, member] : words) {
        if (name != field) continue;
        if (!(subject.*member).empty()) return false;
        subject.*member = value;
        return true;
    }
    for (const auto& [name, member] : lists) {
        if (name != field) continue;
        if (holds(subject.*member, value)) return false;
        (subject.*member).emplace_back(value);
        return true;
    }
    throw error(errc::internal, "a look has no field \"" + std::string(field) + "\"");
}

const std::string* word_at(const look& subject, std::string_view field) {
    for (const auto& [name, member] : words)
        if (name == field) return &(subject.*member);
    return nullptr;
}

void clear_for(look& subject, std::string_view field, std::string_view value) {
    for (const auto& [name, member] : words) {
        if (name != field || subject.*member == value) continue;
        (subject.*member).clear();
        if (member == &look::hair_color) subject.hair_color2.clear();
        if (member == &look::eye_color) subject.eye_color2.clear();
    }
}

void take_out(look& subject, std::string_view field, std::string_view value) {
    for (const auto& [name, member] : words)
        if (name == field && subject.*member == value) (subject.*member).clear();
    for (const auto& [name, member] : lists)
        if (name == field) std::erase(subject.*member, value);
}

void merge(look& into, const look& from) {
    merge_pair(into.hair_color, into.hair_color2, from.hair_color, from.hair_color2);
    merge_pair(into.eye_color, into.eye_color2, from.eye_color, from.eye_color2);
    for (const auto& [name, member] : words) {
        if (member == &look::hair_color2 || member == &look::eye_color2) continue;
        if (!holds(into.absent, from.*member)) fill(into, name, from.*member);
    }
    for (const auto& word : from.absent)
        if (!holds(into.accessories, word) && !holds(into.marks, word) && into.facial_hair != word)
            fill(into, "absent", word);
    for (const auto& [name, member] : lists)
        if (member != &look::absent)
            for (const auto& word : from.*member)
                if (!holds(into.absent, word)) fill(into, name, word);
}

}  // namespace medusa
