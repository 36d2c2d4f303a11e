#include "domain/validate.hpp"

#include <fmt/format.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <string_view>

#include "core/error.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"
#include "domain/style.hpp"

namespace medusa {
namespace {

[[noreturn]] void refuse(std::string detail, std::string advice) {
    throw error(errc::invalid_argument, std::move(detail), std::move(advice));
}

// White space collapsed; control characters and marks that reverse the reading order left out, so
// that nothing invisible is stored. Joiners stay: emoji and some scripts need them.
std::string clean(std::string_view text, std::string_view field) {
    if (!is_valid_utf8(text))
        refuse(fmt::format("the {} is not text in UTF-8", field),
               "Type it anew, or save it as UTF-8");
    const auto spaced = collapse_spaces(text);
    std::string result;
    const auto length = static_cast<int32_t>(spaced.size());
    for (int32_t at = 0; at < length;) {
        const int32_t start = at;
        UChar32 c = 0;
        U8_NEXT(spaced.data(), at, length, c);
        const auto direction = u_charDirection(c);
        const bool reverses =
            (direction >= U_LEFT_TO_RIGHT_EMBEDDING && c >= 0x202a && c <= 0x202e) ||
            (c >= 0x2066 && c <= 0x2069);
        if (u_charType(c) != U_CONTROL_CHAR && !reverses)
            result.append(spaced, std::size_t(start), std::size_t(at - start));
    }
    return collapse_spaces(result);
}

std::string clean_between(std::string_view text, std::string_view field, std::size_t chars_max) {
    auto result = clean(text, field);
    const auto chars = count_chars(result);
    if (chars == 0)
        refuse(fmt::format("the {} is empty", field),
               fmt::format("Give one of 1 to {} characters", chars_max));
    if (chars > chars_max)
        refuse(fmt::format("the {} has {} characters", field, chars),
               fmt::format("At most {} fit", fmt::group_digits(chars_max)));
    return result;
}

std::vector<std::string> clean_tags(const std::vector<std::string>& tags) {
    std::vector<std::string> result;
    for (const auto& tag : tags) {
        auto word = clean(tag, "tag");
        if (word.empty() || std::find(result.begin(), result.end(), word) != result.end()) continue;
        result.push_back(clean_between(word, "tag", limits::tag_chars));
    }
    if (result.size() > limits::tags)
        refuse(fmt::format("there are {} tags", result.size()),
               fmt::format("At most {} fit", limits::tags));
    return result;
}

void validate_side(std::string_view name, int side_px) {
    const bool fits = side_px >= limits::side_px_min && side_px <= limits::side_px_max;
    if (!fits || side_px % limits::side_px_step != 0)
        refuse(fmt::format("a {} of {} pixels is not possible", name, side_px),
               fmt::format("Give {} to {} in steps of {}", limits::side_px_min,
                           fmt::group_digits(limits::side_px_max), limits::side_px_step));
}

}  // namespace

void validate(const generation_settings& settings) {
    if (settings.steps < limits::steps_min || settings.steps > limits::steps_max)
        refuse(fmt::format("{} steps are not possible", settings.steps),
               fmt::format("Give {} to {}", limits::steps_min, limits::steps_max));
    // Written so that NaN, which is neither below nor above, is refused as well.
    if (!(settings.cfg >= limits::cfg_min && settings.cfg <= limits::cfg_max))
        refuse(fmt::format("a cfg of {} is not possible", settings.cfg),
               fmt::format("Give {} to {}", limits::cfg_min, limits::cfg_max));
    validate_side("width", settings.width);
    validate_side("height", settings.height);
}

character_draft validate(character_draft draft) {
    draft.name = clean_between(draft.name, "name", limits::name_chars);
    draft.description = clean_between(draft.description, "description", limits::description_chars);
    draft.tags = clean_tags(draft.tags);
    const auto& style = style_of(draft.style.empty() ? default_style : draft.style);
    draft.style = style.name;
    for (auto* word : {&draft.settings.model, &draft.settings.sampler, &draft.settings.scheduler})
        *word = clean(*word, "setting");
    validate(draft.settings);
    if (draft.seed && *draft.seed > limits::seed_max)
        refuse(fmt::format("a seed of {} is not possible", *draft.seed),
               fmt::format("Give 0 to {}", limits::seed_max));
    return draft;
}

}  // namespace medusa
