#include "domain/prompt.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "core/limits.hpp"
#include "core/resources.hpp"
#include "core/text.hpp"
#include "domain/look_words.hpp"
#include "domain/scene.hpp"
#include "domain/style.hpp"

namespace medusa {
namespace {

// Phrases in order, each once. Those of the user stay; ours give way where there are too many.
class phrase_list {
public:
    void add_user(std::string_view text) { add(text, true); }
    void add_ours(std::string_view text) { add(text, false); }

    template <class Texts>
    void add_ours_all(const Texts& texts) {
        for (const auto& text : texts) add(text, false);
    }

    // Ours beyond the limit left out from the end; throws when the user's alone are beyond it.
    std::string within_limit(std::string_view what) && {
        while (length() > limits::prompt_chars) {
            const auto last_ours = std::find_if(phrases_.rbegin(), phrases_.rend(),
                                                [](const phrase& p) { return !p.is_users; });
            if (last_ours == phrases_.rend())
                throw error(errc::invalid_argument,
                            fmt::format("the {} prompt is {} characters long, the limit is {}",
                                        what, fmt::group_digits(length()),
                                        fmt::group_digits(limits::prompt_chars)),
                            "Shorten the prompt file, the prompt or the description");
            phrases_.erase(std::next(last_ours).base());
        }
        std::string text;
        for (const auto& kept : phrases_) text += (text.empty() ? "" : ", ") + kept.text;
        return text;
    }

private:
    struct phrase {
        std::string text;
        bool is_users;
    };

    void add(std::string_view text, bool is_users) {
        std::string clean = collapse_spaces(text);
        clean.erase(clean.find_last_not_of(" ,.;") + 1);
        const auto same = [&](const phrase& p) { return to_lower(p.text) == to_lower(clean); };
        if (!clean.empty() && std::none_of(phrases_.begin(), phrases_.end(), same))
            phrases_.push_back({std::move(clean), is_users});
    }

    std::size_t length() const {
        std::size_t chars = 0;
        for (const auto& kept : phrases_) chars += count_chars(kept.text) + (chars ? 2 : 0);
        return chars;
    }

    std::vector<phrase> phrases_;
};

void add_text(phrase_list& phrases, const std::optional<std::string>& users,
              std::string_view built_in) {
    if (users)
        phrases.add_user(*users);
    else
        phrases.add_ours(resource(built_in));
}

std::string_view framing_words(image_type type) {
    switch (type) {
        case image_type::avatar:
            return "character portrait, head and shoulders, looking at the viewer";
        case image_type::portrait:
            return "close-up portrait, face fills the frame, soft background";
        case image_type::full_body:
            return "full body, head to toe, standing pose, whole figure in the frame";
        case image_type::action:
            return "dynamic action pose, movement, dramatic angle";
        case image_type::variation:
            return "same character, alternative version, upper body";
        case image_type::custom:
            return "";
    }
    return "";
}

std::string_view mood_words(std::string_view mood) {
    for (const auto& [name, words] : mood_table())
        if (name == mood) return words;
    return {};
}

// The request's own words stay beside ours, but where ours replace them for a young character; a
// mood that we do not know stands alone.
void add_mood(phrase_list& phrases, const prompt_inputs& inputs, const look& shown) {
    const auto asked = parse_mood(inputs.mood);
    if (!inputs.mood.empty() && (asked.empty() || asked == shown.mood))
        phrases.add_user(collapse_spaces(inputs.mood) + " expression");
    if (inputs.mood.empty() || !asked.empty()) phrases.add_ours(mood_words(shown.mood));
}

std::string positive(const prompt_inputs& inputs, const style_info& style) {
    phrase_list phrases;
    add_text(phrases, inputs.positive_text, "prompts/positive.txt");

    const look shown = in_scene(inputs.appearance, inputs.mood, inputs.setting);
    look person = shown;
    if (!inputs.setting.empty()) person.setting.clear();
    phrases.add_ours_all(look_words(person));

    phrases.add_user(inputs.description);
    for (const auto& tag : inputs.tags) phrases.add_user(tag);
    phrases.add_ours_all(style.words);

    phrases.add_user(inputs.prompt);
    phrases.add_ours(framing_words(inputs.type));
    add_mood(phrases, inputs, shown);
    if (!inputs.setting.empty()) phrases.add_user(collapse_spaces(inputs.setting) + " background");
    return std::move(phrases).within_limit("positive");
}

std::string negative(const prompt_inputs& inputs, const style_info& style) {
    phrase_list phrases;
    add_text(phrases, inputs.negative_text, "prompts/negative.txt");
    phrases.add_ours_all(style.negative_words);
    phrases.add_ours_all(inputs.appearance.absent);
    // As the user's: these are never left out.
    phrases.add_user(inputs.safety_negatives);
    return std::move(phrases).within_limit("negative");
}

}  // namespace

composed_prompt compose_prompt(const prompt_inputs& inputs) {
    const auto& style = style_of(inputs.style);
    return {positive(inputs, style), negative(inputs, style)};
}

}  // namespace medusa
