#include "domain/look_rows.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

namespace medusa {

std::string fields_of(const look& subject) {
    std::vector<std::string> fields;
    const auto word = [&](const char* name, const std::string& value) {
        if (!value.empty()) fields.push_back(fmt::format("{}={}", name, value));
    };
    const auto list = [&](const char* name, const std::vector<std::string>& values) {
        word(name, fmt::format("{}", fmt::join(values, ",")));
    };
    word("hair_color", subject.hair_color);
    word("hair_color2", subject.hair_color2);
    word("hair_length", subject.hair_length);
    word("hair_style", subject.hair_style);
    word("eye_color", subject.eye_color);
    word("eye_color2", subject.eye_color2);
    word("skin", subject.skin);
    word("species", subject.species);
    word("age_band", subject.age_band);
    word("gender", subject.gender);
    word("build", subject.build);
    word("facial_hair", subject.facial_hair);
    word("role", subject.role);
    list("outfit", subject.outfit);
    list("accessories", subject.accessories);
    list("marks", subject.marks);
    word("palette", subject.palette);
    word("setting", subject.setting);
    word("time_of_day", subject.time_of_day);
    word("weather", subject.weather);
    word("mood", subject.mood);
    list("absent", subject.absent);
    return fmt::format("{}", fmt::join(fields, " "));
}

}  // namespace medusa
