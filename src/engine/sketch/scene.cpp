#include "engine/sketch/scene.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "core/error.hpp"
#include "core/text.hpp"
#include "engine/sketch/svg_values.hpp"
namespace medusa::sketch {
namespace {

std::string_view word_of(time_of_day time) {
    switch (time) {
        case time_of_day::day:
            return "day";
        case time_of_day::dusk:
            return "dusk";
        case time_of_day::night:
            return "night";
    }
    throw error(errc::internal, "scene: unknown time of day");
}

std::optional<std::string_view> word_of(weather sky) {
    switch (sky) {
        case weather::clear:
            return std::nullopt;
        case weather::rain:
            return "rain";
        case weather::snow:
            return "snow";
        case weather::fog:
            return "fog";
    }
    throw error(errc::internal, "scene: unknown weather");
}

double number(const slot_map& note, std::string_view name, double fallback) {
    const auto found = note.find(name);
    if (found == note.end()) return fallback;
    return svg_value(found->second).value_or(fallback);
}

scene_light light_of(const fragment& scene, std::string_view time) {
    const auto note = scene.note("light", time);
    const auto colour = [&](std::string_view name) {
        const auto found = note.find(name);
        if (found == note.end())
            throw error(errc::internal, fmt::format("scene: the light has no {}", name));
        return found->second;
    };
    return {colour("colour"), colour("rim"), colour("shade"), number(note, "side", 0),
            number(note, "strength", 0.2)};
}

bool is_indoor(const fragment& place) {
    return place.attribute("indoor").value_or("no") == "yes";
}

void draw_into(scene_art& art, const fragment& piece, std::string_view time,
               std::string_view prefix, std::string_view seed) {
    auto slots = piece.palette(time);
    slots["time"] = time;
    art.defs += piece.instantiate("defs", slots, prefix, seed);
    art.background += piece.instantiate("background", slots, prefix, seed);
    art.foreground += piece.instantiate("foreground", slots, prefix, seed);
}

}  // namespace

scenery load_scenery(const art_files& art, std::vector<art_fault>& faults) {
    return {load_fragments(art, "scenes/", faults), load_fragments(art, "weather/", faults)};
}

std::vector<scene_info> scene_list(const scenery& from) {
    std::vector<scene_info> scenes;
    for (const auto& [name, place] : from.places) {
        auto words = split(place.attribute("words").value_or(""), ',');
        for (auto& word : words) word = collapse_spaces(word);
        scenes.push_back({name, std::move(words), is_indoor(place)});
    }
    return scenes;
}

scene_art draw_scene(const scenery& from, std::string_view name, time_of_day time, weather sky,
                     std::string_view seed) {
    const auto place = from.places.find(name);
    if (place == from.places.end())
        throw error(errc::invalid_argument, fmt::format("there is no scene '{}'", printable(name)));
    scene_art art;
    draw_into(art, place->second, word_of(time), "scene-", seed);
    art.light = light_of(place->second, word_of(time));
    if (const auto falling = word_of(sky); falling && !is_indoor(place->second))
        draw_into(art, from.skies.at(std::string(*falling)), word_of(time), "weather-", seed);
    return art;
}

}  // namespace medusa::sketch
