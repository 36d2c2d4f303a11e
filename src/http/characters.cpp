#include <fmt/format.h>

#include <algorithm>

#include "core/text.hpp"
#include "http/character_body.hpp"
#include "http/handlers.hpp"
#include "http/if_similar.hpp"
#include "http/json_body.hpp"
#include "http/pages.hpp"
#include "http/submitting.hpp"
#include "pipeline/check_request.hpp"
#include "pipeline/delete_character.hpp"
#include "record/record_json.hpp"
#include "store/naming.hpp"

namespace medusa::http {
namespace {

namespace json = boost::json;

// No store has an index for that: so many records are read for one answer, which then may hold
// fewer than were asked for, and has a cursor to go on with.
constexpr std::size_t read_most = 2'000;
constexpr std::size_t read_at_once = 200;
constexpr std::size_t words_chars_max = 200;

struct found_page {
    std::vector<character> found;
    std::optional<std::int64_t> last;  // the cursor of the next page
};

// The parameter q in lower case; empty: all are wanted.
std::string words_in(const request& asked) {
    return to_lower(clean_text(asked.parameter("q").value_or(""), "q", words_chars_max));
}

bool says(const character& record, const std::string& words) {
    const auto in = [&](const std::string& text) {
        return to_lower(text).find(words) != std::string::npos;
    };
    const auto tags = searchable_tags(record);
    return in(record.name) || in(record.description) || std::any_of(tags.begin(), tags.end(), in);
}

found_page said(character_store& characters, character_query query, const std::string& words) {
    found_page page;
    const auto wanted = std::exchange(query.limit, words.empty() ? query.limit : read_at_once);
    for (std::size_t read = 0; read < read_most;) {
        auto records = characters.list(query);
        for (auto& record : records) {
            query.before_id = record.id;
            if (words.empty() || says(record, words)) page.found.push_back(std::move(record));
            if (page.found.size() < wanted) continue;
            page.last = query.before_id;
            return page;
        }
        if (records.size() < query.limit) return page;
        read += records.size();
    }
    page.last = query.before_id;
    return page;
}

}  // namespace

answer create_character(const service& with, const call& of) {
    json_body body(of.asked.body);
    const auto draft = draft_in(body);
    job_surroundings around;
    body.read("engine", around.engine);
    const auto wish = if_similar_in(body);
    body.expect_whole();
    const auto& parts = with.open(around);
    const character_request wanted{validate(draft)};
    check_request(parts, of.who.owner, wanted);
    const auto alike = similar_to_new(with, of, wanted, wish);
    pair_list headers;
    if (!alike.empty())
        headers.emplace_back(similar_header, fmt::format("{}", fmt::join(alike, ", ")));
    const auto made = [&parts](const job& done) {
        const auto record = parts.characters.find_by_job(done.id);
        if (!record) throw error(errc::not_found, "the character was removed meanwhile");
        auto reply = json_response(told(parts, *record), 201);
        reply.headers = {{"Location", fmt::format("/api/characters/{}", record->id)}};
        return reply;
    };
    return submitted(with, of, around, wanted, made, headers);
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
    const auto page = said(parts.characters, query, words_in(of.asked));
    json::array rows;
    for (const auto& record : page.found) rows.push_back(told(parts, record));
    return listed(std::move(rows), page.last);
}

answer get_character(const service& with, const call& of) {
    const auto id = character_id(of.names.at(0));
    const auto& parts = with.open({});
    return json_response(told(parts, owned_character(parts.characters, of.who.owner.user_id, id)));
}

answer remove_character(const service& with, const call& of) {
    const auto& parts = with.open({});
    const auto record =
        owned_character(parts.characters, of.who.owner.user_id, character_id(of.names.at(0)));
    delete_character(parts, record);
    return response{204, {}, {}};
}

}  // namespace medusa::http
