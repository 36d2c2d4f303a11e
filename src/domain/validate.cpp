#include "domain/validate.hpp"

#include <fmt/format.h>

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

void refuse_no_text(std::string_view text, std::string_view field) {
    if (!is_valid_utf8(text))
        refuse(fmt::format("the {} is not text in UTF-8", field),
               "Type it anew, or save it as UTF-8");
    if (text.find('\0') != std::string_view::npos)
        refuse(fmt::format("the {} holds a NUL character", field), "Take it out");
}

std::string clean_between(std::string_view text, std::string_view field, std::size_t chars_max) {
    auto result = clean_text(text, field, chars_max);
    if (result.empty())
        refuse(fmt::format("the {} is empty", field),
               fmt::format("Give one of 1 to {} characters", fmt::group_digits(chars_max)));
    if (!has_visible(result))
        refuse(fmt::format("the {} has no visible character", field),
               fmt::format("Give one of 1 to {} characters", fmt::group_digits(chars_max)));
    return result;
}

std::vector<std::string> clean_tags(const std::vector<std::string>& tags) {
    std::vector<std::string> result;
    for (const auto& tag : tags) {
        auto word = clean_text(tag, "tag", limits::tag_chars);
        if (!has_visible(word) || std::find(result.begin(), result.end(), word) != result.end())
            continue;
        result.push_back(std::move(word));
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

std::string clean_text(std::string_view text, std::string_view field, std::size_t chars_max) {
    refuse_no_text(text, field);
    auto result = without_controls(text);
    const auto chars = count_chars(result);
    if (chars > chars_max)
        refuse(fmt::format("the {} has {} characters", field, fmt::group_digits(chars)),
               fmt::format("At most {} fit", fmt::group_digits(chars_max)));
    return result;
}

void validate_seed(std::uint64_t seed) {
    if (seed > limits::seed_max)
        refuse(fmt::format("a seed of {} is not possible", fmt::group_digits(seed)),
               fmt::format("Give 0 to {}", fmt::group_digits(limits::seed_max)));
}

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
    auto& [model, steps, cfg, sampler, scheduler, width, height] = draft.settings;
    model = clean_text(model, "model", limits::setting_chars);
    sampler = clean_text(sampler, "sampler", limits::setting_chars);
    scheduler = clean_text(scheduler, "scheduler", limits::setting_chars);
    validate(draft.settings);
    if (draft.seed) validate_seed(*draft.seed);
    return draft;
}

owner_info validate(owner_info owner) {
    refuse_no_text(owner.user_id, "userId");
    if (owner.user_id.empty() || owner.user_id.size() > limits::user_id_bytes)
        refuse(fmt::format("the userId has {} bytes", owner.user_id.size()),
               fmt::format("Give 1 to {}", limits::user_id_bytes));
    if (without_controls(owner.user_id) != owner.user_id || !has_visible(owner.user_id))
        refuse("the userId holds control characters or needless blanks", "Give it as plain text");
    owner.username = clean_between(owner.username, "username", limits::username_chars);
    return owner;
}

}  // namespace medusa
