#include "domain/look.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "domain/look_fields.hpp"
#include "domain/look_reader.hpp"
#include "domain/scene.hpp"

namespace medusa {
namespace {

bool is_minor(std::string_view band) {
    return band == "child" || band == "teen";
}

// The first claim counts; but who is once said to be under age is, whatever else is said: tags and
// other words of the text do not make a child older.
std::string age_among(const std::vector<std::string>& claims) {
    for (const std::string_view band : {"child", "teen"})
        if (std::find(claims.begin(), claims.end(), band) != claims.end()) return std::string(band);
    return claims.empty() ? std::string() : claims.front();
}

look read_field(std::string_view text) {
    auto reading = read_look(text);
    merge(reading.said, reading.hinted);
    return reading.said;
}

}  // namespace

look parse_look(std::string_view description, const std::vector<std::string>& tags,
                std::string_view name) {
    std::vector<look_reading> readings;
    for (const auto& tag : tags) readings.push_back(read_look(tag));
    readings.push_back(read_look(description, name));

    look result;
    std::vector<std::string> ages;
    std::vector<std::string> hinted_ages;
    for (const auto& reading : readings) {
        merge(result, reading.said);
        ages.insert(ages.end(), reading.ages.begin(), reading.ages.end());
        hinted_ages.insert(hinted_ages.end(), reading.hinted_ages.begin(),
                           reading.hinted_ages.end());
    }
    for (const auto& reading : readings) merge(result, reading.hinted);
    // "magenta ombre hair" names one colour.
    if (result.hair_color.empty()) std::swap(result.hair_color, result.hair_color2);
    result.age_band = age_among(ages.empty() ? hinted_ages : ages);
    return result;
}

std::string parse_setting(std::string_view text) {
    return read_field(text).setting;
}

std::string parse_mood(std::string_view text) {
    // A request may name the expression itself, "love": in a description that word says nothing.
    const auto asked = to_lower(collapse_spaces(text));
    for (const auto& [name, words] : mood_table())
        if (name == asked) return name;
    return read_field(text).mood;
}

std::string parse_time_of_day(std::string_view text) {
    return read_field(text).time_of_day;
}
std::string parse_weather(std::string_view text) {
    return read_field(text).weather;
}

bool is_young(const look& subject) {
    if (!subject.age_band.empty()) return is_minor(subject.age_band);
    return subject.role == "student" ||
           std::count(subject.outfit.begin(), subject.outfit.end(), "school-uniform") > 0;
}

}  // namespace medusa
