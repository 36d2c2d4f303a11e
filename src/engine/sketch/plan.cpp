// The part of a drawing that changes from picture to picture: face, place, framing, style.
#include <fmt/format.h>

#include <algorithm>

#include "core/text.hpp"
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
        if (!shown.setting.empty())
            made.notes.push_back(fmt::format("sketch cannot draw the setting '{}' yet", word));
    }
    const auto usual = tables.usual_times.find(word);
    const bool said = !shown.time_of_day.empty() || usual == tables.usual_times.end();
    made.time = time_from(said ? shown.time_of_day : usual->second);
    made.sky = weather_from(shown.weather);
    // Some places have a winter of their own, with snow on the roofs.
    if (made.sky == weather::snow)
        made.scene = pieces.scene_for("snowy-" + made.scene).value_or(made.scene);
}

// The user's own words for the picture, in lower case, with a blank on each side of every word.
std::string words_of(const picture_request& request) {
    auto said = to_lower(fmt::format(" {} {} {} ", request.setting, request.mood, request.wish));
    std::replace_if(
        said.begin(), said.end(), [](char c) { return c == ',' || c == '.' || c == '-'; }, ' ');
    return said;
}

// Full figures are what they were asked for as; any other picture may name its framing in words.
// Empty: it does not.
std::string named_framing(const figure_tables& tables, const picture_request& request) {
    if (request.type == image_type::full_body || request.type == image_type::action) return {};
    const auto said = words_of(request);
    for (const auto& [words, framing] : tables.framing_words)
        if (said.find(" " + words + " ") != std::string::npos) return framing;
    return {};
}

// The activity that the request names; empty: none.
std::string named_pose(const figure_tables& tables, const picture_request& request) {
    for (const auto& word : split(words_of(request), ' '))
        if (const auto found = tables.pose_words.find(word); found != tables.pose_words.end())
            return found->second;
    return {};
}

bool is_one_of(const words& known, std::string_view word) {
    return std::find(known.begin(), known.end(), word) != known.end();
}

std::string framing_of(const figure_tables& tables, const picture_request& request) {
    if (auto named = named_framing(tables, request); !named.empty()) return named;
    // What one does with the legs is shown with them.
    const auto pose = named_pose(tables, request);
    if (request.type == image_type::custom && !pose.empty() &&
        !is_one_of(tables.half_body_poses, pose))
        return "full-body";
    const std::string type(to_string(request.type));
    const auto usual = tables.usual_framings.find(type);
    return usual == tables.usual_framings.end() ? type : usual->second;
}

// The one that is named, else for action what the role does, else one of standing; a variation
// shows another one.
std::string pose_name(const figure_tables& tables, const picture_request& request) {
    if (auto named = named_pose(tables, request); !named.empty()) return named;
    const dice_random random(std::to_string(request.seed));
    if (request.type == image_type::variation)
        return random.pick("figure.variation", tables.variation_poses).value_or("standing");
    if (request.type != image_type::action)
        return random.pick("figure.stand", words{"standing", "confident"}).value_or("standing");
    const auto of_role = tables.role_poses.find(request.appearance.role);
    if (of_role != tables.role_poses.end()) return of_role->second;
    words any;
    for (const auto& [name, posture] : tables.poses)
        if (name != "standing" && name != "reading") any.push_back(name);
    return dice_random(std::to_string(request.character_seed)).pick("look.pose", any).value_or("");
}

bool is_indoor(const wardrobe& pieces, std::string_view scene) {
    return std::any_of(pieces.scenes.begin(), pieces.scenes.end(),
                       [&](const auto& one) { return one.name == scene && one.indoor; });
}

// Hair that is tied up does not fall down the back.
bool falls_freely(std::string_view style) {
    static const words tied = {"ponytail", "pigtails", "bun", "double-bun", "braid",
                               "updo",     "mohawk",   "bob", "pixie",      "undercut"};
    return std::find(tied.begin(), tied.end(), style) == tied.end();
}

// Royalty has a throne where it lives; a place may have seats of its own.
std::string seat_for(const figure_tables& tables, std::string_view scene, bool indoor,
                     std::string_view role) {
    const auto row = [&](std::string_view word) {
        const auto found = tables.seats.find(word);
        return found == tables.seats.end() ? std::string() : found->second;
    };
    if (const auto own = row(role); indoor && !own.empty()) return own;
    if (const auto here = row(scene); !here.empty()) return here;
    return row(indoor ? "indoors" : "outdoors");
}

// Nobody strides wide in a long gown.
void take_short_steps(pose& posture) {
    constexpr double share = 0.62;
    for (auto* leg : {&posture.left_leg, &posture.right_leg})
        for (auto* angle : {&leg->upper, &leg->lower}) *angle *= share;
}

stance choose_stance(const figure_tables& tables, const drawing& what, bool indoor,
                     const picture_request& request) {
    stance made;
    made.name = pose_name(tables, request);
    made.posture = tables.poses.at(made.name);
    const auto build = tables.builds.find(request.style);
    made.build = build != tables.builds.end() ? build->second : tables.builds.at("");
    const auto shape = [&](std::string_view word) {
        const auto found = tables.shapes.find(word);
        if (found != tables.shapes.end()) made.build = scaled(made.build, found->second);
    };
    shape(request.appearance.build);
    shape(request.appearance.species);
    if (what.who.bold) shape("male");
    if (what.who.child) shape("child");
    auto clothes = tables.cuts.find(what.who.garment);
    if (const auto his = tables.cuts.find(what.who.garment + "/male");
        what.who.bold && his != tables.cuts.end())
        clothes = his;
    made.clothes = clothes != tables.cuts.end() ? clothes->second : tables.cuts.at("");
    made.posture.head += what.face.tilt;
    made.line = what.finish.line;
    made.prop = made.posture.prop;
    const auto own = tables.role_props.find(request.appearance.role);
    if (own != tables.role_props.end() && made.posture.hand != "both") made.prop = own->second;
    if (!made.posture.seat.empty())
        made.posture.seat = seat_for(tables, what.scene, indoor, request.appearance.role);
    else if (made.clothes.skirt == "long")
        take_short_steps(made.posture);
    const auto tail = tables.tails.find(request.appearance.species);
    if (tail != tables.tails.end()) made.tail = tail->second;
    made.long_hair = request.appearance.hair_length == "long" && !what.who.bare &&
                     falls_freely(request.appearance.hair_style);
    for (const auto& part : what.who.parts) {
        if (part == "cape") made.cape = true;
        if (part == "cape" || part == "hood") made.mantle = true;
        const auto held = tables.prop_of_part.find(part);
        if (held != tables.prop_of_part.end() && made.posture.hand != "both")
            made.prop = held->second;
    }
    return made;
}

words names(const auto& table) {
    words made;
    for (const auto& row : table) made.push_back(row.first);
    return made;
}

// For words of a request that say nothing to us: said, with the nearest word that we know.
void note_unknown(drawing& made, std::string_view what, const std::string& text,
                  const words& known) {
    const auto meant = nearest(to_lower(collapse_spaces(text)), known);
    made.notes.push_back(
        fmt::format("sketch knows no {} '{}'{}", what, printable(text),
                    meant.empty() ? "" : fmt::format("; did you mean '{}'?", meant)));
}

// What is shown: the look, then the user's words for the picture, then its mood and setting.
look shown_look(drawing& made, const rig& tables, const wardrobe& pieces,
                const picture_request& request) {
    const auto says = [&](const std::string& text, auto... parse) {
        return collapse_spaces(text).empty() || tables.figures.pose_words.contains(text) ||
               !named_framing(tables.figures, request).empty() || (!parse(text).empty() || ...);
    };
    const auto& place = request.setting;
    if (!says(request.mood, parse_mood))
        note_unknown(made, "mood", request.mood, names(tables.moods));
    if (!says(place, parse_setting, parse_time_of_day, parse_weather))
        note_unknown(made, "setting", place, names(pieces.scene_words));
    return in_scene(in_scene(request.appearance, request.wish, request.wish), request.mood, place);
}

const expression& face_of(const rig& tables, const look& shown, const picture_request& request) {
    if (!shown.expression.empty()) return face_for(tables, shown.expression);
    if (!parse_mood(request.mood).empty() || !parse_mood(request.wish).empty())
        return face_for(tables, shown.mood);
    if (request.type != image_type::variation)
        return face_for(tables, shown.mood, mood_source::trait);
    auto others = tables.figures.variation_moods;
    std::erase(others, shown.mood);
    const dice_random random(std::to_string(request.seed));
    return face_for(tables, random.pick("face.variation", others).value_or(shown.mood));
}

}  // namespace

drawing plan_drawing(const rig& tables, const wardrobe& pieces, const picture_request& request) {
    drawing made;
    made.who = plan_person(tables, pieces, request.appearance, request.character_seed, made.notes);
    const look shown = shown_look(made, tables, pieces, request);
    made.face = face_of(tables, shown, request);
    choose_place(made, tables, pieces, shown, request.character_seed);
    const auto framing = framing_of(tables.figures, request);
    if (const auto found = tables.frames.find(framing); found != tables.frames.end())
        made.placing = found->second;
    if (const auto own = tables.frames.find(to_string(request.type)); own != tables.frames.end())
        made.placing.mirror = own->second.mirror;
    if (made.who.child) made.placing.scale *= 0.92;
    if (const auto found = tables.treatments.find(request.style); found != tables.treatments.end())
        made.finish = found->second;
    if (!made.finish.note.empty()) made.notes.push_back(made.finish.note);
    if (framing == "full-body" || framing == "half-body" || request.type == image_type::action) {
        made.full = choose_stance(tables.figures, made, is_indoor(pieces, made.scene), request);
        made.full->half = framing == "half-body";
    }
    made.seed = std::to_string(request.seed);
    return made;
}

}  // namespace medusa::sketch
