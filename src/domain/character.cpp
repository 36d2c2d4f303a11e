#include "domain/character.hpp"

#include <utility>

namespace medusa {
namespace {

constexpr std::pair<image_type, std::string_view> words[] = {
    {image_type::avatar, "avatar"},       {image_type::portrait, "portrait"},
    {image_type::full_body, "full-body"}, {image_type::action, "action"},
    {image_type::variation, "variation"}, {image_type::custom, "custom"},
};

}  // namespace

std::string_view to_string(image_type type) {
    for (const auto& [value, word] : words)
        if (value == type) return word;
    return {};
}

std::optional<image_type> image_type_from(std::string_view word) {
    for (const auto& [value, known] : words)
        if (known == word) return value;
    return std::nullopt;
}

std::string_view folder_of(image_type type) {
    switch (type) {
        case image_type::avatar:
            return "avatar";
        case image_type::variation:
            return "variations";
        case image_type::portrait:
        case image_type::full_body:
        case image_type::action:
        case image_type::custom:
            return "images";
    }
    return {};
}

}  // namespace medusa
