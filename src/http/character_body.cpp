#include "http/character_body.hpp"

#include <fmt/format.h>

#include "core/limits.hpp"
#include "http/handlers.hpp"
#include "record/record_json.hpp"

namespace medusa::http {
namespace {

// The path of the asset that the avatar's URL leads to, in any store: it ends with
// {user folder}/characters/{slug}/avatar/{file}. Empty for a URL of another form, which records of
// other programs may have.
std::string avatar_path(const character& record) {
    const auto& url = record.avatar;
    const auto folder = url.rfind(fmt::format("/characters/{}/", record.slug));
    if (folder == std::string::npos || folder == 0) return {};
    return url.substr(url.rfind('/', folder - 1) + 1);
}

}  // namespace

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

boost::json::object told(const pipeline_parts& parts, const character& record) {
    auto document = to_json(record);
    if (const auto small = thumbnail_of(parts, avatar_path(record)); !small.empty())
        document["thumbnail"] = small;
    return document;
}

}  // namespace medusa::http
