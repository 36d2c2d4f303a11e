#include <set>

#include "store/mongo/documents.hpp"
#include "store/mongo/jobs.hpp"
#include "store/mongo/ports.hpp"
#include "store/mongo/schema.hpp"

namespace medusa::mongo {
namespace {

namespace json = boost::json;

const object there{{"$exists", true}};

}  // namespace

void settle_avatar(database& on, const document& character) {
    const auto stored = character.to_json();
    const auto* avatar = stored.if_contains(avatar_field);
    if (!avatar || !avatar->is_object()) return;
    const document made(avatar->get_object());
    on.insert(images_in, made);
    const auto left =
        on.update(characters_in, character.only("_id"), {{"$unset", {{avatar_field, ""}}}});
    // Removed meanwhile: whoever did that may have looked for images before this one was there.
    if (left == 0) on.remove(images_in, made.only("_id"));
}

void raise_highest_number(database& on, std::int64_t number) {
    raise_counter(on, number_counter, number);
}

void finish_removal(database& on, const std::string& job_id, std::int64_t id) {
    tell_removal(on, id);
    json::array jobs{json::value(job_id)};
    const object of_it{{"characterId", id}};
    for (const auto& image : on.find(images_in, of_it, {{"projection", {{"jobId", 1}}}}))
        if (auto job = image.text("jobId"); !job.empty()) jobs.emplace_back(std::move(job));
    on.remove(attempts_in, object{{"jobId", {{"$in", std::move(jobs)}}}});
    on.remove(images_in, of_it);
    // Only the marked one: another process may have finished this, and the job begun anew.
    on.remove(claims_in, object{{"_id", job_id}, {"removing", true}});
}

std::size_t finish_what_was_begun(database& on) {
    std::size_t finished = 0;
    for (const auto& claim : on.find(claims_in, object{{"removing", there}})) {
        const auto id = id_in(claim.to_json()).value_or(0);
        on.remove(characters_in, by_id(id));
        finish_removal(on, claim.text("_id"), id);
        ++finished;
    }
    for (const auto& character : on.find(characters_in, object{{"avatarImage.id", there}})) {
        settle_avatar(on, character);
        ++finished;
    }
    return finished + release_accepted(on);
}

std::size_t remove_lost_images(database& on) {
    std::set<std::int64_t> claimed;
    for (const auto& claim : on.find(claims_in, {}, {{"projection", {{"id", 1}}}}))
        claimed.insert(id_in(claim.to_json()).value_or(0));
    std::set<std::int64_t> unknown;
    // Only documents of ours have a sequence.
    for (const auto& image :
         on.find(images_in, object{{"sequence", there}}, {{"projection", {{"characterId", 1}}}})) {
        auto fields = image.to_json();
        const auto id = id_in({{"id", fields["characterId"]}});
        if (id && !claimed.contains(*id)) unknown.insert(*id);
    }
    std::size_t removed = 0;
    for (const auto id : unknown)
        if (!on.find_one(claims_in, object{{"id", id}}) && !on.find_one(characters_in, by_id(id)))
            removed +=
                std::size_t(on.remove(images_in, object{{"characterId", id}, {"sequence", there}}));
    return removed;
}

}  // namespace medusa::mongo
