#include "domain/scene.hpp"

#include <boost/json.hpp>

#include "core/resources.hpp"

namespace medusa {
namespace {

std::vector<std::pair<std::string, std::string>> read_moods() {
    std::vector<std::pair<std::string, std::string>> moods;
    const auto rows = boost::json::parse(resource("prompts/moods.json"));
    for (const auto& row : rows.as_object())
        moods.emplace_back(row.key(), boost::json::value_to<std::string>(row.value()));
    return moods;
}

void replace_if_said(std::string& word, std::string said) {
    if (!said.empty()) word = std::move(said);
}

}  // namespace

const std::vector<std::pair<std::string, std::string>>& mood_table() {
    static const auto moods = read_moods();
    return moods;
}

look in_scene(look subject, std::string_view mood, std::string_view setting) {
    if (auto asked = parse_mood(mood); !asked.empty()) {
        subject.mood = std::move(asked);
        subject.expression.clear();
    }
    if (is_young(subject) && subject.mood == "desire") subject.mood = "excitement";
    if (is_young(subject) && subject.mood == "love") subject.mood = "caring";

    const auto place = parse_setting(setting);
    if (!place.empty() && place != subject.setting) {
        subject.setting = place;
        subject.weather.clear();
    }
    replace_if_said(subject.time_of_day, parse_time_of_day(setting));
    replace_if_said(subject.weather, parse_weather(setting));
    return subject;
}

}  // namespace medusa
