#include "domain/job.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/error.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"

namespace medusa {
namespace {

constexpr std::pair<job_state, std::string_view> state_words[] = {
    {job_state::queued, "queued"}, {job_state::leased, "leased"},       {job_state::done, "done"},
    {job_state::failed, "failed"}, {job_state::cancelled, "cancelled"}, {job_state::dead, "dead"},
};
constexpr std::pair<job_stage, std::string_view> stage_words[] = {
    {job_stage::accepted, "accepted"}, {job_stage::rendered, "rendered"},
    {job_stage::uploaded, "uploaded"}, {job_stage::recorded, "recorded"},
    {job_stage::indexed, "indexed"},
};

template <class Words, class Value>
std::string_view word_for(const Words& words, Value value) {
    for (const auto& [known, word] : words)
        if (known == value) return word;
    return {};
}

}  // namespace

image_request validate(image_request wanted) {
    if (wanted.count < 1 || std::size_t(wanted.count) > limits::images_per_call)
        throw error(errc::invalid_argument,
                    fmt::format("{} pictures at once are not possible", wanted.count),
                    fmt::format("Give 1 to {}", limits::images_per_call));
    if (wanted.seed) validate_seed(*wanted.seed);
    wanted.mood = clean_text(wanted.mood, "mood", limits::prompt_chars);
    wanted.setting = clean_text(wanted.setting, "setting", limits::prompt_chars);
    wanted.prompt = clean_text(wanted.prompt, "prompt", limits::prompt_chars);
    if (wanted.type == image_type::custom && !has_visible(wanted.prompt))
        throw error(errc::invalid_argument, "a custom picture needs a prompt",
                    "Say with --prompt what it shows");
    return wanted;
}

std::string_view to_string(job_state state) {
    return word_for(state_words, state);
}

std::string_view to_string(job_stage stage) {
    return word_for(stage_words, stage);
}

std::optional<job_state> job_state_from(std::string_view word) {
    for (const auto& [state, known] : state_words)
        if (known == word) return state;
    return std::nullopt;
}

std::optional<job_stage> job_stage_from(std::string_view word) {
    for (const auto& [stage, known] : stage_words)
        if (known == word) return stage;
    return std::nullopt;
}

bool has_ended(job_state state) {
    switch (state) {
        case job_state::queued:
        case job_state::leased:
            return false;
        case job_state::done:
        case job_state::failed:
        case job_state::cancelled:
        case job_state::dead:
            return true;
    }
    return true;
}

bool was_lost(const job& one) {
    return std::any_of(one.events.begin(), one.events.end(),
                       [](const auto& event) { return event.what == "lost"; });
}

}  // namespace medusa
