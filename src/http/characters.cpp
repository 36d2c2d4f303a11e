#include <fmt/format.h>

#include "core/text.hpp"
#include "http/handlers.hpp"
#include "http/json_body.hpp"
#include "http/pages.hpp"
#include "http/submitting.hpp"
#include "pipeline/check_request.hpp"
#include "pipeline/delete_character.hpp"
#include "record/record_json.hpp"

namespace medusa::http {
namespace {

namespace json = boost::json;

character_draft draft_in(json_body& body) {
    character_draft draft;
    body.read("name", draft.name);
    body.read("description", draft.description);
    body.read("tags", draft.tags);
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

// The path of the asset that a URL leads to, in any store.
std::string path_in(const std::string& url) {
    const auto middle = url.find("/characters/");
    return middle == std::string::npos || middle == 0 ? std::string()
                                                      : url.substr(url.rfind('/', middle - 1) + 1);
}

json::object told(const pipeline_parts& parts, const character& record) {
    auto document = to_json(record);
    if (const auto path = path_in(record.avatar); !path.empty())
        document["thumbnail"] = thumbnail_of(parts, path);
    return document;
}

}  // namespace

answer create_character(const service& with, const call& of) {
    json_body body(of.asked.body);
    const auto draft = draft_in(body);
    job_surroundings around;
    body.read("engine", around.engine);
    body.expect_whole();
    const auto& parts = with.open(around);
    const character_request wanted{validate(draft)};
    check_request(parts, of.who.owner, wanted);
    return submitted(with, of, around, wanted, [&parts](const job& done) {
        const auto record = parts.characters.find_by_job(done.id);
        if (!record) throw error(errc::not_found, "the character was removed meanwhile");
        auto reply = json_response(told(parts, *record), 201);
        reply.headers = {{"Location", fmt::format("/api/characters/{}", record->id)}};
        return reply;
    });
}

answer list_characters(const service& with, const call& of) {
    const auto wanted = page_of(of.asked);
    character_query query;
    query.user_id = of.who.owner.user_id;
    query.style = of.asked.parameter("style");
    query.tag = of.asked.parameter("tag");
    query.limit = wanted.limit;
    query.before_id = wanted.before;
    const auto& parts = with.open({});
    const auto found = parts.characters.list(query);
    json::array rows;
    for (const auto& record : found) rows.push_back(told(parts, record));
    std::optional<std::int64_t> last;
    if (found.size() == wanted.limit) last = found.back().id;
    return listed(std::move(rows), last);
}

answer get_character(const service& with, const call& of) {
    const auto id = character_id(of.names.at(0));
    const auto& parts = with.open({});
    return json_response(told(parts, owned_character(parts, of.who.owner.user_id, id)));
}

answer remove_character(const service& with, const call& of) {
    const auto& parts = with.open({});
    const auto record = owned_character(parts, of.who.owner.user_id, character_id(of.names.at(0)));
    delete_character(parts, record);
    return response{204, {}, {}};
}

}  // namespace medusa::http
