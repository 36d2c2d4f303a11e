#include "pipeline/checked_prompt.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "domain/policy.hpp"

namespace medusa {
namespace {

std::vector<std::string> all_tags(const character& subject) {
    std::vector<std::string> all;
    if (!subject.traits.main_trait.empty()) all.push_back(subject.traits.main_trait);
    const auto& tags = subject.tags;
    for (const auto* group : {&subject.traits.sub_traits, &tags.personality, &tags.appearance,
                              &tags.character_type, &tags.origin, &tags.genre})
        for (const auto& tag : *group)
            if (std::find(all.begin(), all.end(), tag) == all.end()) all.push_back(tag);
    return all;
}

}  // namespace

composed_prompt checked_prompt(const pipeline_parts& with, const character& subject,
                               const picture_wish& wish) {
    const auto tags = all_tags(subject);
    const auto tag_text = fmt::format("{}", fmt::join(tags, ", "));
    const auto positive = with.positive_text.value_or("");
    const auto negative = with.negative_text.value_or("");
    with.rules.enforce({{{"name", subject.name},
                         {"description", subject.description},
                         {"tags", tag_text},
                         {"mood", wish.mood},
                         {"setting", wish.setting},
                         {"prompt", wish.prompt},
                         {"positive prompt", positive},
                         {"workflow", with.workflow ? with.workflow->positive_text : ""}},
                        {{"negative prompt", negative},
                         {"workflow", with.workflow ? with.workflow->negative_text : ""}}});

    const auto composed = compose_prompt({.appearance = subject.appearance,
                                          .style = subject.style,
                                          .description = subject.description,
                                          .tags = tags,
                                          .type = wish.type,
                                          .mood = wish.mood,
                                          .setting = wish.setting,
                                          .prompt = wish.prompt,
                                          .positive_text = with.positive_text,
                                          .negative_text = with.negative_text,
                                          .safety_negatives = safety_negatives()});
    with.rules.enforce({{{"prompt", composed.positive}}, {}});
    return composed;
}

}  // namespace medusa
