// For artists: draws one picture for each line of JSON on standard input, without a store.
//
//     echo '{"description": "an elven mage", "mood": "happy", "out": "x.png"}' | sketch_preview
//
// Keys: description, tags, style, type, mood, setting, wish, seed, character_seed, width, height,
// out; and look, an object with the fields of medusa::look, laid over what the description says.
// The time of each picture goes to standard error.
#include <fmt/format.h>

#include <boost/json.hpp>
#include <chrono>
#include <fstream>
#include <iostream>

#include "domain/look.hpp"
#include "engine/sketch/sketch.hpp"

namespace json = boost::json;
using namespace medusa;

namespace {

std::string text(const json::object& from, std::string_view name) {
    const auto* found = from.if_contains(name);
    return found ? json::value_to<std::string>(*found) : std::string();
}

int number(const json::object& from, std::string_view name, int fallback) {
    const auto* found = from.if_contains(name);
    return found ? found->to_number<int>() : fallback;
}

void lay_over(look& into, const json::object& fields) {
    const auto one = [&](std::string_view name, std::string& field) {
        if (fields.contains(name)) field = text(fields, name);
    };
    const auto many = [&](std::string_view name, std::vector<std::string>& field) {
        if (const auto* found = fields.if_contains(name))
            field = json::value_to<std::vector<std::string>>(*found);
    };
    one("hair_color", into.hair_color);
    one("hair_color2", into.hair_color2);
    one("hair_length", into.hair_length);
    one("hair_style", into.hair_style);
    one("eye_color", into.eye_color);
    one("eye_color2", into.eye_color2);
    one("skin", into.skin);
    one("species", into.species);
    one("age_band", into.age_band);
    one("gender", into.gender);
    one("facial_hair", into.facial_hair);
    one("role", into.role);
    many("outfit", into.outfit);
    many("accessories", into.accessories);
    many("marks", into.marks);
    one("palette", into.palette);
    one("setting", into.setting);
    one("time_of_day", into.time_of_day);
    one("weather", into.weather);
    one("mood", into.mood);
}

picture_request request_of(const json::object& line) {
    picture_request made;
    std::vector<std::string> tags;
    if (const auto* found = line.if_contains("tags"))
        tags = json::value_to<std::vector<std::string>>(*found);
    made.appearance = parse_look(text(line, "description"), tags);
    if (const auto* fields = line.if_contains("look"))
        lay_over(made.appearance, fields->as_object());
    made.style = text(line, "style");
    made.type = image_type_from(text(line, "type")).value_or(image_type::avatar);
    made.mood = text(line, "mood");
    made.setting = text(line, "setting");
    made.wish = text(line, "wish");
    made.seed = static_cast<std::uint64_t>(number(line, "seed", 1));
    made.character_seed = static_cast<std::uint32_t>(number(line, "character_seed", 1));
    made.settings.width = number(line, "width", 512);
    made.settings.height = number(line, "height", 512);
    return made;
}

}  // namespace

int main() {
    try {
        const auto engine = make_sketch_engine();
        for (std::string row; std::getline(std::cin, row);) {
            const auto line = json::parse(row).as_object();
            const auto started = std::chrono::steady_clock::now();
            const auto drawn = engine->render(request_of(line), {}, {});
            const auto spent = std::chrono::steady_clock::now() - started;
            std::ofstream(text(line, "out"), std::ios::binary) << drawn.png;
            fmt::print(stderr, "{} {} ms\n", text(line, "out"),
                       std::chrono::duration_cast<std::chrono::milliseconds>(spent).count());
            for (const auto& note : drawn.notes) fmt::print(stderr, "  {}\n", note);
        }
    } catch (const std::exception& problem) {
        fmt::print(stderr, "sketch_preview: {}\n", problem.what());
        return 1;
    }
}
