#include "http/character_body.hpp"

#include <fmt/format.h>

#include "core/limits.hpp"

namespace medusa::http {

void expect_few_tags(json_body& body, const std::vector<std::string>& tags) {
    if (tags.size() > limits::tags)
        body.refuse("tags", fmt::format("must be {} at most", limits::tags));
}

character_draft draft_in(json_body& body) {
    character_draft draft;
    body.read("name", draft.name);
    body.read("description", draft.description);
    body.read("tags", draft.tags);
    expect_few_tags(body, draft.tags);
    body.read("style", draft.style);
    body.read("seed", draft.seed);
    auto& settings = draft.settings;
    body.read("steps", settings.steps);
    body.read("cfg", settings.cfg);
    body.read("width", settings.width);
    body.read("height", settings.height);
    body.read("model", settings.model);
    body.read("sampler", settings.sampler);
    body.read("scheduler", settings.scheduler);
    return draft;
}

}  // namespace medusa::http
