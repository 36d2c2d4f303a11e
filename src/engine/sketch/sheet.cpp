#include "engine/sketch/sheet.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "core/text.hpp"
#include "domain/style.hpp"
#include "domain/template.hpp"

namespace medusa::sketch {
namespace {

// What sheets are made of.
struct stock {
    const art_files& art;
    const rig& tables;
    const wardrobe& pieces;
};

constexpr std::string_view plain_person = "a young adult woman with brown hair";
// Characters of the sheets have one seed each, so that sheets of two days can be compared.
constexpr std::uint32_t model_seed = 3, template_seed = 5, mood_seed = 6, people_seed = 7919;

const words moods = {"admiration",  "amusement", "anger",         "annoyance",  "approval",
                     "caring",      "confusion", "curiosity",     "desire",     "disappointment",
                     "disapproval", "disgust",   "embarrassment", "excitement", "fear",
                     "gratitude",   "grief",     "joy",           "love",       "nervousness",
                     "optimism",    "pride",     "realization",   "relief",     "remorse",
                     "sadness",     "surprise",  "neutral"};
const words poses = {"standing", "walking", "casting", "fighting",
                     "sitting",  "running", "dancing", "reading"};

picture_request picture_of(std::string_view description,
                           const std::vector<std::string>& tags = {}) {
    picture_request made;
    made.appearance = parse_look(description, tags);
    made.style = "anime";
    made.seed = 1;
    return made;
}

// The plain person with one part, in an empty room.
picture_request wearing(const std::string& part) {
    auto made = picture_of(plain_person);
    made.setting = "studio";
    made.character_seed = model_seed;
    if (!part.empty()) made.appearance.accessories = {part};
    return made;
}

words parts_of(const wardrobe& pieces, std::string_view group) {
    words found;
    for (const auto& [name, art] : pieces.parts)
        if (pieces.group_of(name) == group) found.push_back(name);
    return found;
}

sheet people(const stock& from) {
    sheet made{10, {}};
    std::uint32_t number = 0;
    for (const auto& line : split(art_text(from.art, "sheets/people.txt"), '\n')) {
        if (line.empty()) continue;
        auto picture = picture_of(line);
        picture.style = number % 2 == 0 ? "anime" : "fantasy";
        picture.seed = number;
        picture.character_seed = number * people_seed;
        made.pictures.push_back({line, picture});
        ++number;
    }
    return made;
}

picture_request picture_of(const character_template& person) {
    auto made = picture_of(person.description, person.tags);
    made.style = person.style;
    made.character_seed = template_seed;
    return made;
}

sheet styles_of_templates(const stock&) {
    sheet made{styles().size(), {}};
    for (std::size_t i = 0; i < template_count(); ++i)
        for (const auto& style : styles()) {
            auto picture = picture_of(template_at(i));
            picture.style = style.name;
            made.pictures.push_back({template_at(i).name + ", " + style.name, picture});
        }
    return made;
}

sheet moods_of_three(const stock&) {
    const std::pair<std::string_view, std::string_view> three[] = {
        {"woman", "a woman with long red hair and green eyes, adult"},
        {"bearded man", "a bearded man with brown hair and tan skin, adult"},
        {"curly woman", "a young adult woman with dark skin and short curly black hair"}};
    sheet made{12, {}};
    for (const auto& mood : moods) {
        auto seed = mood_seed;
        for (const auto& [who, description] : three) {
            auto picture = picture_of(description);
            picture.mood = mood;
            picture.type = image_type::portrait;
            picture.setting = "studio";
            picture.character_seed = seed++;
            made.pictures.push_back({fmt::format("{}, {}", mood, who), picture});
        }
    }
    return made;
}

sheet poses_of_templates(const stock&) {
    sheet made{poses.size(), {}};
    for (std::size_t i = 0; i < template_count(); ++i)
        for (const auto& pose : poses) {
            auto picture = picture_of(template_at(i));
            picture.type = image_type::full_body;
            picture.mood = pose;
            made.pictures.push_back({template_at(i).name + ", " + pose, picture});
        }
    return made;
}

sheet hats(const stock& from) {
    sheet made{12, {}};
    for (const auto& hat : parts_of(from.pieces, "hat"))
        for (const auto* length : {"bald", "short", "medium", "long"}) {
            auto picture = wearing(hat);
            picture.appearance.hair_length = length;
            made.pictures.push_back({fmt::format("{}, {}", hat, length), picture});
        }
    return made;
}

sheet parts(const stock& from) {
    sheet made{12, {}};
    for (const auto& [part, art] : from.pieces.parts)
        made.pictures.push_back({part, wearing(part)});
    return made;
}

sheet garments(const stock& from) {
    sheet made{12, {}};
    for (const auto& [garment, art] : from.pieces.garments)
        for (const auto* gender : {"female", "male"})
            for (const auto type : {image_type::avatar, image_type::full_body}) {
                auto picture = wearing("");
                picture.appearance.gender = gender;
                picture.appearance.outfit = {garment};
                picture.type = type;
                made.pictures.push_back(
                    {fmt::format("{}, {}, {}", garment, gender, to_string(type)), picture});
            }
    return made;
}

sheet scenes(const stock& from) {
    sheet made{9, {}};
    for (const auto& scene : from.pieces.scenes)
        for (const auto* time : {"day", "dusk", "night"}) {
            auto picture = picture_of(plain_person);
            picture.appearance.setting = scene.name;
            picture.appearance.time_of_day = time;
            picture.character_seed = 1;
            made.pictures.push_back({fmt::format("{}, {}", scene.name, time), picture});
        }
    return made;
}

struct sheet_kind {
    std::string_view name, about;
    sheet (*make)(const stock&);
};
constexpr sheet_kind kinds[] = {
    {"parts", "everything that a head can wear or show", parts},
    {"hats", "every hat on every length of hair", hats},
    {"garments", "every garment on a woman and a man, as bust and as full figure", garments},
    {"people", "60 varied descriptions", people},
    {sheet_of_all_styles, "the characters of the templates in every style", styles_of_templates},
    {"moods", "28 moods of three people", moods_of_three},
    {"poses", "8 poses of the characters of the templates", poses_of_templates},
    {"scenes", "every place by day, at dusk and at night", scenes},
};

}  // namespace

std::vector<sheet_info> sheet_list() {
    std::vector<sheet_info> made;
    for (const auto& kind : kinds)
        made.push_back({std::string(kind.name), std::string(kind.about)});
    return made;
}

sheet make_sheet(const std::string& name, const art_files& art, const rig& tables,
                 const wardrobe& pieces) {
    words names;
    for (const auto& kind : kinds) {
        if (kind.name == name) return kind.make({art, tables, pieces});
        names.emplace_back(kind.name);
    }
    const auto near = nearest(name, names);
    throw error(errc::invalid_argument, fmt::format("there is no sheet \"{}\"", printable(name)),
                near.empty() ? fmt::format("There are {}", fmt::join(names, ", "))
                             : fmt::format("Did you mean {}?", near));
}

}  // namespace medusa::sketch
