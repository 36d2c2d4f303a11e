#include "engine/sketch/scene.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "core/error.hpp"
#include "core/resources.hpp"
#include "core/text.hpp"
#include "engine/sketch/fragment.hpp"

namespace medusa::sketch {
namespace {

constexpr std::string_view scene_folder = "sketch/scenes/";
constexpr std::string_view weather_folder = "sketch/weather/";
constexpr std::string_view extension = ".svg";

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

fragment load(std::string_view folder, std::string_view name) {
    const auto path = fmt::format("{}{}{}", folder, name, extension);
    try {
        return parse_fragment(resource(path));
    } catch (const error& problem) {
        throw error(errc::internal, fmt::format("{}: {}", path, problem.detail()));
    }
}

double number(const slot_map& note, std::string_view name, double fallback) {
    const auto found = note.find(name);
    if (found == note.end()) return fallback;
    double value = fallback;
    const char* end = found->second.data() + found->second.size();
    const auto [rest, problem] = std::from_chars(found->second.data(), end, value);
    if (problem != std::errc() || rest != end)
        throw error(errc::internal, fmt::format("scene: {} is no number", found->second));
    return value;
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

void draw_into(scene_art& art, const fragment& piece, std::string_view time,
               std::string_view prefix, std::string_view seed) {
    auto slots = piece.palette(time);
    slots["time"] = time;
    art.defs += piece.instantiate("defs", slots, prefix, seed);
    art.background += piece.instantiate("background", slots, prefix, seed);
    art.foreground += piece.instantiate("foreground", slots, prefix, seed);
}

}  // namespace

std::vector<std::string> scene_names() {
    std::vector<std::string> names;
    for (auto path : resource_names(scene_folder)) {
        if (!path.ends_with(extension)) continue;
        path.remove_prefix(scene_folder.size());
        path.remove_suffix(extension.size());
        names.emplace_back(path);
    }
    return names;
}

std::vector<scene_info> scene_list() {
    std::vector<scene_info> scenes;
    for (auto& name : scene_names()) {
        const auto scene = load(scene_folder, name);
        auto words = split(scene.attribute("words").value_or(""), ',');
        for (auto& word : words) word = collapse_spaces(word);
        scenes.push_back(
            {std::move(name), std::move(words), scene.attribute("indoor").value_or("no") == "yes"});
    }
    return scenes;
}

scene_art draw_scene(std::string_view name, time_of_day time, weather sky, std::string_view seed) {
    const auto names = scene_names();
    if (std::find(names.begin(), names.end(), name) == names.end())
        throw error(errc::invalid_argument, fmt::format("there is no scene '{}'", printable(name)));
    const auto scene = load(scene_folder, name);
    scene_art art;
    draw_into(art, scene, word_of(time), "scene-", seed);
    art.light = light_of(scene, word_of(time));
    const bool indoor = scene.attribute("indoor").value_or("no") == "yes";
    if (const auto falling = word_of(sky); falling && !indoor)
        draw_into(art, load(weather_folder, *falling), word_of(time), "weather-", seed);
    return art;
}

}  // namespace medusa::sketch
