#include "http/character_body.hpp"
#include "http/handlers.hpp"
#include "http/json_body.hpp"
#include "http/pages.hpp"
#include "http/represent.hpp"
#include "pipeline/check_request.hpp"
#include "pipeline/edit_character.hpp"

namespace medusa::http {
namespace {

// How often a change is tried again that another one was quicker than.
constexpr int races_max = 10;

character_change change_in(json_body& body) {
    character_change wanted;
    body.read("name", wanted.name);
    body.read("description", wanted.description);
    body.read("tags", wanted.tags);
    if (wanted.tags) expect_few_tags(body, *wanted.tags);
    body.read("style", wanted.style);
    body.expect_whole();
    return wanted;
}

response changed_meanwhile(const request& asked) {
    return problem({errc::conflict, "the character has changed meanwhile",
                    "Look at it again, and send the change with its new ETag"},
                   path_of(asked.at), asked.id, 412);
}

}  // namespace

answer change_character(const service& with, const call& of) {
    const auto& parts = with.open({});
    const auto id = character_id(of.names.at(0));
    const auto expected = of.asked.header("if-match");
    auto found = owned_character(parts.characters, of.who.owner.user_id, id);
    json_body body(of.asked.body);
    const auto wanted = change_in(body);
    for (int race = 0; race < races_max; ++race) {
        const auto seen = json_response(told(parts, found));
        if (!expected.empty() && !names_tag(expected, etag_of(seen.body), tag_comparison::strong))
            return changed_meanwhile(of.asked);
        if (const auto edited = edit_character(parts, found, wanted)) {
            auto reply = json_response(told(parts, *edited));
            reply.headers = {{"ETag", etag_of(reply.body)}};
            return reply;
        }
        found = owned_character(parts.characters, of.who.owner.user_id, id);
    }
    throw error(errc::conflict, "others change this character at the same time", "Ask again");
}

}  // namespace medusa::http
