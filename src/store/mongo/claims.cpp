#include "store/mongo/claims.hpp"

#include <fmt/format.h>

#include <chrono>

#include "core/clock.hpp"
#include "store/mongo/documents.hpp"
#include "store/mongo/ports.hpp"
#include "store/naming.hpp"

namespace medusa::mongo {
namespace {

namespace json = boost::json;

// When somebody last began to store the character, in ms since 1970, and how often that happened.
constexpr auto held_at_field = "heldAt";
constexpr auto holds_field = "holds";
// When the job was last at work on it: it reserved, or began to store.
constexpr auto asked_at_field = "askedAt";
// Longer than any insert takes with all its tries, and than clocks of two machines are apart.
constexpr std::chrono::milliseconds hold_max = std::chrono::hours(1);

std::int64_t now_ms() {
    return std::chrono::duration_cast<std::chrono::milliseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
}

std::string now_text() {
    return to_rfc3339(system_clock().now());
}

std::string job_of(const character& record) {
    return claim_job(record.job_id, record.id);
}

// The claim as it is then; empty when there is none.
std::optional<document> held(database& on, const std::string& job) {
    return on.change(claims_in, object{{"_id", job}},
                     {{"$max", {{held_at_field, now_ms()}}},
                      {"$inc", {{holds_field, 1}}},
                      {"$set", {{asked_at_field, now_text()}}}});
}

error given_up(const std::string& job, std::int64_t id) {
    return error(errc::conflict, remote_failure{failure_class::transient},
                 fmt::format("job {} and its character {} were given up meanwhile", job, id));
}

bool claimed_now(database& on, const character& record) {
    auto claim = claim_of(job_of(record), record.owner.user_id,
                          {record.id, claim_slug(record.slug, record.id)});
    claim[held_at_field] = now_ms();
    claim[holds_field] = 1;
    const bool made = on.insert(claims_in, claim);
    if (made)
        on.upsert(counters_in, object{{"_id", "characterId"}}, {{"$max", {{"value", record.id}}}});
    return made;
}

}  // namespace

claim_use hold_claim(database& on, const character& record, unclaimed what) {
    const auto job = job_of(record);
    auto mine = held(on, job);
    if (!mine) {
        if (what == unclaimed::refused) throw given_up(job, record.id);
        if (claimed_now(on, record)) return claim_use::first;
        mine = held(on, job);
        if (!mine) throw claim_taken(record);
    }
    const auto claim = mine->to_json();
    const auto id = id_in(claim).value_or(0);
    if (mine->has("removing")) {
        finish_removal(on, job, id);
        throw given_up(job, id);
    }
    if (id != record.id || mine->text("userId") != record.owner.user_id ||
        mine->text("slug") != claim_slug(record.slug, record.id))
        throw error(errc::conflict, fmt::format("job {} has character {} ({}), not {} ({})", job,
                                                id, mine->text("slug"), record.id, record.slug));
    return claim.at(holds_field) == 1 ? claim_use::first : claim_use::again;
}

void let_go_of_claim(database& on, const character& record) {
    on.update(claims_in, object{{"_id", job_of(record)}}, {{"$unset", {{held_at_field, ""}}}});
}

bool give_up_claim(database& on, const std::string& job_id) {
    const auto long_ago = now_ms() - hold_max.count();
    const object not_held{{"$or", json::array{json::object{{held_at_field, {{"$exists", false}}}},
                                              json::object{{held_at_field, {{"$lt", long_ago}}}}}}};
    object mine{{"_id", job_id}};
    mine.insert(not_held.begin(), not_held.end());
    return on.update(claims_in, mine, {{"$set", {{"removing", true}}}}) > 0;
}

bool give_up_claim(database& on, const found_reservation& found) {
    const object absent{{"$exists", false}};
    object as_found{{"_id", found.job_id}, {"removing", absent}, {asked_at_field, absent}};
    if (found.asked_at != time_point{}) as_found[asked_at_field] = to_rfc3339(found.asked_at);
    return on.update(claims_in, as_found, {{"$set", {{"removing", true}}}}) > 0;
}

object claim_of(const std::string& job_id, const std::string& user_id, const reservation& held) {
    return {{"_id", job_id},
            {"id", held.id},
            {"userId", user_id},
            {"slug", held.slug},
            {asked_at_field, now_text()}};
}

bool touch_claim(database& on, const std::string& job_id) {
    return on.update(claims_in, object{{"_id", job_id}, {"removing", {{"$exists", false}}}},
                     {{"$set", {{asked_at_field, now_text()}}}}) > 0;
}

error claim_taken(const character& record) {
    return {errc::conflict,
            fmt::format("character id {} or slug \"{}\" is taken already", record.id, record.slug)};
}

}  // namespace medusa::mongo
