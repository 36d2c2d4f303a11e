#include <fmt/format.h>

#include "core/ids.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"
#include "http/handlers.hpp"
#include "http/json_body.hpp"
#include "http/pages.hpp"
#include "http/submitting.hpp"
#include "pipeline/check_request.hpp"
#include "record/record_json.hpp"

namespace medusa::http {
namespace {

namespace json = boost::json;

json::object told(const pipeline_parts& parts, const image& picture) {
    auto document = to_json(picture);
    if (const auto small = thumbnail_of(parts, picture.path); !small.empty())
        document["thumbnail"] = small;
    return document;
}

image_request request_in(json_body& body, std::int64_t id) {
    image_request wanted;
    wanted.character_id = id;
    std::string type;
    body.read("imageType", type);
    const auto known = image_type_from(type);
    if (known && *known != image_type::avatar)
        wanted.type = *known;
    else
        body.refuse("imageType", "must be portrait, full-body, action, variation or custom");
    body.read("mood", wanted.mood);
    body.read("setting", wanted.setting);
    body.read("prompt", wanted.prompt);
    body.read("count", wanted.count);
    body.read("seed", wanted.seed);
    return wanted;
}

}  // namespace

answer generate_image(const service& with, const call& of) {
    const auto id = character_id(of.names.at(0));
    const auto& parts = with.open({});
    owned_character(parts.characters, of.who.owner.user_id, id);
    json_body body(of.asked.body);
    auto wanted = request_in(body, id);
    body.expect_whole();
    wanted = validate(wanted);
    check_request(parts, of.who.owner, wanted);
    return submitted(with, of, {}, wanted, [&parts, count = wanted.count](const job& done) {
        json::array made;
        for (int index = 0; index < count; ++index)
            if (const auto picture = parts.images.find(derived_uuid(done.id, index)))
                made.push_back(told(parts, *picture));
        if (made.empty()) throw error(errc::not_found, "the pictures were removed meanwhile");
        if (count == 1) return json_response(made.at(0), 201);
        return json_response(json::object{{"images", std::move(made)}}, 201);
    });
}

answer list_images(const service& with, const call& of) {
    const auto& parts = with.open({});
    const auto id = character_id(of.names.at(0));
    owned_character(parts.characters, of.who.owner.user_id, id);
    json::array rows;
    for (const auto& picture : parts.images.of_character(id)) rows.push_back(told(parts, picture));
    return listed(std::move(rows), std::nullopt);
}

}  // namespace medusa::http
