#include "domain/look.hpp"

#include <algorithm>

namespace medusa {

// The word table and its reader follow; until then a text says nothing.
look parse_look(std::string_view, const std::vector<std::string>&) {
    return {};
}
std::string parse_setting(std::string_view) {
    return {};
}
std::string parse_mood(std::string_view) {
    return {};
}
std::string parse_time_of_day(std::string_view) {
    return {};
}
std::string parse_weather(std::string_view) {
    return {};
}

bool is_young(const look& subject) {
    if (!subject.age_band.empty()) return subject.age_band == "child" || subject.age_band == "teen";
    return subject.role == "student" ||
           std::count(subject.outfit.begin(), subject.outfit.end(), "school-uniform") > 0;
}

}  // namespace medusa
