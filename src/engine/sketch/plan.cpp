// The part of a drawing that changes from picture to picture: face, place, framing, style.
#include <fmt/format.h>

#include "domain/scene.hpp"
#include "engine/sketch/dice_random.hpp"
#include "engine/sketch/mapper.hpp"
#include "engine/sketch/mood.hpp"

namespace medusa::sketch {
namespace {

time_of_day time_from(std::string_view word) {
    if (word == "night") return time_of_day::night;
    if (word == "dusk") return time_of_day::dusk;
    return time_of_day::day;
}

weather weather_from(std::string_view word) {
    if (word == "rain" || word == "storm") return weather::rain;
    if (word == "snow") return weather::snow;
    if (word == "fog") return weather::fog;
    return weather::clear;
}

void choose_place(drawing& made, const rig& tables, const wardrobe& pieces, const look& shown,
                  std::uint32_t character_seed) {
    const auto role = tables.roles.find(shown.role);
    auto word = shown.setting;
    if (word.empty() && role != tables.roles.end()) word = role->second.setting;
    if (const auto species = tables.species.find(shown.species);
        word.empty() && species != tables.species.end())
        word = species->second.setting;
    if (word.empty())
        word = dice_random(std::to_string(character_seed))
                   .pick("look.setting", tables.plain_settings)
                   .value_or("");
    made.scene = pieces.scene_for(word).value_or("");
    if (made.scene.empty()) {
        made.scene = pieces.scene_for("studio").value_or(pieces.scenes.front().name);
        made.notes.push_back(fmt::format("sketch cannot draw the setting '{}' yet", word));
    }
    const auto usual = tables.usual_times.find(word);
    const bool said = !shown.time_of_day.empty() || usual == tables.usual_times.end();
    made.time = time_from(said ? shown.time_of_day : usual->second);
    made.sky = weather_from(shown.weather);
}

}  // namespace

drawing plan_drawing(const rig& tables, const wardrobe& pieces, const picture_request& request) {
    drawing made;
    made.who = plan_person(tables, pieces, request.appearance, request.character_seed, made.notes);
    const look shown = in_scene(request.appearance, request.mood, request.setting);
    made.face = face_for(tables, shown.mood);
    choose_place(made, tables, pieces, shown, request.character_seed);
    if (const auto found = tables.frames.find(to_string(request.type));
        found != tables.frames.end())
        made.placing = found->second;
    if (made.who.child) made.placing.scale *= 0.92;
    if (const auto found = tables.treatments.find(request.style); found != tables.treatments.end())
        made.finish = found->second;
    if (!made.finish.note.empty()) made.notes.push_back(made.finish.note);
    if (request.type == image_type::full_body)
        made.notes.push_back("sketch draws full-body pictures as a half figure");
    made.seed = std::to_string(request.seed);
    return made;
}

}  // namespace medusa::sketch
