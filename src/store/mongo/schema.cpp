#include "store/mongo/schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "core/error.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"
#include "store/mongo/documents.hpp"
#include "store/mongo/failures.hpp"
#include "store/mongo/jobs.hpp"

namespace medusa::mongo {
namespace {

namespace json = boost::json;

struct index {
    const char* collection;
    const char* name;
    object keys;
    bool unique = false;
    // Only documents that have these fields are in it.
    std::vector<std::string> having = {};
    // Left out where the server has no such index.
    bool optional = false;
    object options = {};
};

// Its first key stands before the words, so that a search walks one owner's alone. Documents of
// other programs may have a field `language` of their own meaning: the index is told to look for
// that under a name that nobody uses.
// (https://www.mongodb.com/docs/manual/core/indexes/index-types/index-text/)
constexpr auto words_index = "medusa_words";
index words_of_characters() {
    return {.collection = characters_in,
            .name = words_index,
            .keys = {{"owner.userId", 1},
                     {"name", "text"},
                     {search_tags_field, "text"},
                     {"description", "text"}},
            .optional = true,
            .options = {{"weights", {{"name", 3}, {search_tags_field, 2}, {"description", 1}}},
                        {"default_language", "english"},
                        {"language_override", "medusaLanguage"}}};
}

// What an earlier medusa made; a collection has one index of words at most.
constexpr auto former_words_index = "medusa_text";

std::vector<index> indexes() {
    return {
        {characters_in, "medusa_id", {{"id", 1}}, true, {"id"}},
        {characters_in,
         "medusa_slug",
         {{"owner.userId", 1}, {"slug", 1}},
         true,
         {"owner.userId", "slug"}},
        {characters_in, "medusa_user", {{"owner.userId", 1}, {"id", -1}}},
        {characters_in, "medusa_name", {{"owner.userId", 1}, {"name", 1}}},
        {characters_in, "medusa_style", {{"style", 1}, {"id", -1}}},
        {characters_in, "medusa_tags", {{search_tags_field, 1}, {"id", -1}}},
        {characters_in, "medusa_avatar", {{"avatarImage.id", 1}}, false, {"avatarImage.id"}},
        {characters_in, "medusa_change", {{change_field, 1}}, false, {change_field}},
        words_of_characters(),
        {images_in, "medusa_character", {{"characterId", 1}, {"createdAt", 1}, {"sequence", 1}}},
        {removals_in, "medusa_sequence", {{"sequence", 1}}},
        {claims_in, "medusa_id", {{"id", 1}}, true},
        {claims_in, "medusa_slug", {{"userId", 1}, {"slug", 1}}, true},
        {claims_in, "medusa_removing", {{"removing", 1}}, false, {"removing"}},
        {folders_in, "medusa_folder", {{"folder", 1}}, true},
        {attempts_in, "medusa_job", {{"jobId", 1}, {"imageIndex", 1}, {"sequence", 1}}},
        {tokens_in, "medusa_id", {{"id", 1}}, true},
        {submissions_in, "medusa_key", {{"ownerKey", 1}}, true},
        {submissions_in, "medusa_alike", {{"userId", 1}, {"fingerprint", 1}, {"sequence", -1}}},
        {submissions_in, "medusa_state", {{"state", 1}, {"createdMs", 1}}},
        {jobs_in, "medusa_line", {{"state", 1}, {"userId", 1}, {"priority", -1}, {"sequence", 1}}},
        {jobs_in,
         "medusa_submission",
         {{"submissionId", 1}, {"state", 1}, {"priority", -1}, {"sequence", 1}}},
        {jobs_in, "medusa_user", {{"userId", 1}, {"sequence", -1}}},
        {jobs_in, "medusa_sequence", {{"sequence", -1}}},
        {jobs_in, "medusa_untold", {{"sequence", 1}}, false, {outbox_field}},
        {webhooks_in, "medusa_user", {{"userId", 1}, {"sequence", 1}}},
        {deliveries_in, "medusa_due", {{"state", 1}, {"dueMs", 1}}},
        {deliveries_in, "medusa_webhook", {{"endpointId", 1}, {"sequence", -1}}},
    };
}

object described(const index& wanted, bool unique, bool partial) {
    object settings{{"key", wanted.keys}, {"name", wanted.name}};
    for (const auto& [option, value] : wanted.options) settings[option] = value;
    if (unique) settings["unique"] = true;
    if (!wanted.having.empty() && partial) {
        object condition;
        for (const auto& field : wanted.having) condition[field] = object{{"$exists", true}};
        settings["partialFilterExpression"] = std::move(condition);
    } else if (!wanted.having.empty()) {
        settings["sparse"] = true;
    }
    return settings;
}

// A sparse index holds documents that have any of its own fields. Where all of them are meant, or
// another field, it takes a partial one; not every server has that.
bool is_partial(const index& wanted) {
    return wanted.having.size() > 1 ||
           (!wanted.having.empty() && !wanted.keys.contains(wanted.having[0]));
}

// False, and the reason, when the server refuses it in this form.
bool make_as(database& on, const index& wanted, bool unique, bool partial, std::string& reason) {
    bool made = true;
    on.command({{"createIndexes", wanted.collection},
                {"indexes", json::array{described(wanted, unique, partial)}}},
               [&](const bson_error_t& refused) {
                   made = is_other_index(refused);
                   reason = refused.message;
                   return made || is_refusal(refused);
               });
    return made;
}

void make(database& on, const index& wanted) {
    std::string reason;
    if (make_as(on, wanted, wanted.unique, is_partial(wanted), reason)) return;
    if (is_partial(wanted) && make_as(on, wanted, wanted.unique, false, reason)) return;
    if (wanted.optional) return;
    if (wanted.unique) {
        on.notice(
            fmt::format("documents in the collection {} share what should be theirs alone "
                        "({}); they are left as they are: {}",
                        wanted.collection, json::serialize(wanted.keys), printable(reason)));
        if (make_as(on, wanted, false, false, reason)) return;
    }
    throw error(errc::storage,
                fmt::format("{}no index on {} in {}: {}", failure_words,
                            json::serialize(wanted.keys), wanted.collection, printable(reason)),
                "Check the log of the database server");
}

// The names of the indexes that a collection has; none of one that is not there.
std::set<std::string> indexes_in(database& on, const char* collection) {
    const auto answer = on.command({{"listIndexes", collection}}, is_refusal).to_json();
    std::set<std::string> names;
    const auto* cursor = answer.if_contains("cursor");
    if (!cursor) return names;
    for (const auto& one : cursor->at("firstBatch").as_array())
        names.emplace(one.at("name").as_string());
    return names;
}

// Some programs keep ids as text. The highest of those is found as long as they have one length.
std::int64_t highest_id(database& on, const char* collection) {
    std::int64_t highest = 0;
    for (const char* type : {"number", "string"}) {
        const auto newest = on.find_one(collection, object{{"id", {{"$type", type}}}},
                                        {{"sort", {{"id", -1}}}, {"projection", {{"id", 1}}}});
        if (newest) highest = std::max(highest, id_in(newest->to_json()).value_or(0));
    }
    return highest;
}

}  // namespace

void make_indexes(database& on) {
    std::map<std::string, std::set<std::string>> there;
    for (const auto& wanted : indexes()) {
        if (!there.contains(wanted.collection))
            there[wanted.collection] = indexes_in(on, wanted.collection);
        if (std::string_view(wanted.name) == words_index &&
            there[wanted.collection].contains(former_words_index))
            on.command({{"dropIndexes", wanted.collection}, {"index", former_words_index}},
                       is_refusal);
        if (!there[wanted.collection].contains(wanted.name)) make(on, wanted);
    }
}

bool has_word_index(database& on) {
    return indexes_in(on, characters_in).contains(words_index);
}

void raise_id_counter(database& on) {
    const auto highest = std::max(
        {limits::first_character_id - 1, highest_id(on, characters_in), highest_id(on, claims_in)});
    raise_counter(on, id_counter, highest);
}

std::int64_t counter_value(database& on, const char* name) {
    const auto counter = on.find_one(counters_in, object{{"_id", name}});
    if (!counter) return 0;
    return id_in({{"id", counter->to_json()["value"]}}).value_or(0);
}

void raise_counter(database& on, const char* name, std::int64_t value) {
    on.upsert(counters_in, object{{"_id", name}}, {{"$max", {{"value", value}}}});
}

std::int64_t next_character_id(database& on) {
    const object mine{{"_id", id_counter}};
    const object one_more{{"$inc", {{"value", 1}}}};
    auto counter = on.change(counters_in, mine, one_more);
    if (!counter) {
        raise_id_counter(on);
        counter = on.change(counters_in, mine, one_more);
    }
    const auto id = counter ? id_in({{"id", counter->to_json()["value"]}}) : std::nullopt;
    if (!id)
        throw damaged(fmt::format("the document \"characterId\" in {}", counters_in),
                      "its value is no number");
    return *id;
}

}  // namespace medusa::mongo
