#include "domain/look_words.hpp"

#include <algorithm>
#include <initializer_list>
#include <string_view>

namespace medusa {
namespace {

std::string joined(std::initializer_list<std::string_view> words) {
    std::string phrase;
    for (const auto word : words) {
        if (word.empty()) continue;
        if (!phrase.empty()) phrase += ' ';
        phrase += word;
    }
    return phrase;
}

std::string spaced(std::string word) {
    std::replace(word.begin(), word.end(), '-', ' ');
    return word;
}

std::string_view noun_of(const look& subject) {
    const bool small = subject.age_band == "child" || subject.age_band == "teen";
    if (subject.gender == "female") return small ? "girl" : "woman";
    if (subject.gender == "male") return small ? "boy" : "man";
    return subject.species.empty() && subject.role.empty() ? "" : "person";
}

// "adult" is what an image model assumes, so it is left out.
std::string age_word(const look& subject) {
    if (subject.age_band == "adult") return {};
    if (subject.age_band == "teen") return "teenage";
    if (subject.age_band == "child" && !subject.gender.empty()) return "young";
    return spaced(subject.age_band);
}

std::string person(const look& subject) {
    const auto species = subject.species == "human" ? std::string() : spaced(subject.species);
    return joined({age_word(subject), species, noun_of(subject)});
}

bool is_a_texture(std::string_view style) {
    return style == "straight" || style == "wavy" || style == "curly" || style == "messy" ||
           style == "spiky";
}

std::string hair(const look& subject) {
    if (subject.hair_length == "bald") return "bald head";
    const auto color = subject.hair_color2.empty() || subject.hair_color.empty()
                           ? spaced(subject.hair_color)
                           : spaced(subject.hair_color) + " and " + spaced(subject.hair_color2);
    const auto texture = is_a_texture(subject.hair_style) ? subject.hair_style : std::string();
    const auto phrase = joined({subject.hair_length, texture, color});
    return phrase.empty() ? phrase : phrase + " hair";
}

std::string eyes(const look& subject) {
    if (subject.eye_color.empty()) return {};
    if (subject.eye_color2.empty()) return spaced(subject.eye_color) + " eyes";
    return "one " + spaced(subject.eye_color) + " eye and one " + spaced(subject.eye_color2) +
           " eye";
}

std::string with(std::string_view value, std::string_view noun) {
    return value.empty() ? std::string() : spaced(std::string(value)) + std::string(noun);
}

std::string time_words(const look& subject) {
    if (subject.time_of_day == "day") return "daylight";
    return subject.time_of_day.empty() ? "" : "at " + subject.time_of_day;
}

}  // namespace

std::vector<std::string> look_words(const look& subject) {
    std::vector<std::string> words = {person(subject), spaced(subject.role), hair(subject)};
    if (!is_a_texture(subject.hair_style)) words.push_back(spaced(subject.hair_style));
    words.insert(words.end(), {eyes(subject), with(subject.skin, " skin"),
                               with(subject.build, " build"), spaced(subject.facial_hair)});
    for (const auto* list : {&subject.marks, &subject.outfit, &subject.accessories})
        for (const auto& word : *list) words.push_back(spaced(word));
    words.insert(words.end(),
                 {with(subject.palette, " color palette"), with(subject.setting, " background"),
                  time_words(subject), subject.weather});
    std::erase(words, std::string());
    return words;
}

}  // namespace medusa
