#include <fmt/format.h>

#include <map>
#include <mutex>
#include <set>

#include "core/clock.hpp"
#include "store/mongo/claims.hpp"
#include "store/mongo/documents.hpp"
#include "store/mongo/ports.hpp"
#include "store/mongo/schema.hpp"
#include "store/naming.hpp"

namespace medusa::mongo {
namespace {

namespace json = boost::json;

// Above every character that a slug has.
constexpr auto after_every_ending = "~";

const object absent{{"$exists", false}};

class mongo_reservations final : public reservations {
public:
    explicit mongo_reservations(shared_database on) : database_(std::move(on)) {}

    reservation reserve(const std::string& job_id, const owner_info& owner,
                        const std::string& wanted_slug) override {
        reservation held;
        held.user_folder = user_folder(owner);
        if (take_known(job_id, held)) return held;
        held.id = next_character_id(*database_);
        auto wanted = slug_wanted(wanted_slug, held.id);
        held.slug = wanted;
        if (!is_elsewhere(owner, held) && claim(job_id, owner, held)) return held;
        // One thread at a time: they would all try the next free slug at once.
        const std::scoped_lock lock(contended_);
        for (;;) {
            if (take_known(job_id, held)) return held;
            const auto found = in_the_way(owner, held.id, wanted);
            if (found.id) {
                skip_taken(held.id);
                wanted = slug_wanted(wanted_slug, held.id);
                continue;
            }
            held.slug =
                first_free(wanted, [&](const auto& slug) { return found.slugs.contains(slug); });
            if (claim(job_id, owner, held)) return held;
        }
    }

    std::optional<found_reservation> find(const std::string& job_id) override {
        const auto known =
            database_->find_one(claims_in, object{{"_id", job_id}, {"removing", absent}});
        if (!known) return std::nullopt;
        reservation held{id_in(known->to_json()).value_or(0), known->text("slug")};
        const auto folder = database_->find_one(folders_in, object{{"_id", known->text("userId")}});
        if (folder) held.user_folder = folder->text("folder");
        return found_reservation{job_id, std::move(held), asked_at(*known)};
    }

    void release(const std::string& job_id) override {
        const object mine{{"_id", job_id}};
        const auto known = database_->find_one(claims_in, mine);
        if (!known || database_->find_one(characters_in, mine)) return;
        if (!give_up_claim(*database_, job_id)) return;
        finish_removal(*database_, job_id, id_in(known->to_json()).value_or(0));
    }

    std::vector<bound_folder> user_folders() override {
        std::vector<bound_folder> found;
        for (const auto& one : database_->find(folders_in, {}, {{"sort", {{"folder", 1}}}}))
            found.push_back({one.text("_id"), one.text("folder")});
        return found;
    }

    // Claims first: one that gets its record meanwhile is seen to have it.
    std::vector<found_reservation> unused() override {
        const auto claims =
            database_->find(claims_in, object{{"removing", absent}}, {{"sort", {{"id", 1}}}});
        std::set<std::int64_t> recorded;
        for (const auto& one : database_->find(characters_in, {}, only_id_))
            recorded.insert(id_in(one.to_json()).value_or(0));
        std::map<std::string, std::string> folders;
        for (auto& [user_id, folder] : user_folders()) folders[user_id] = std::move(folder);
        std::vector<found_reservation> found;
        for (const auto& one : claims) {
            const auto id = id_in(one.to_json()).value_or(0);
            if (recorded.contains(id)) continue;
            found.push_back({one.text("_id"),
                             {id, one.text("slug"), folders[one.text("userId")]},
                             asked_at(one)});
        }
        return found;
    }

    // One change decides: it finds nothing once the job has asked again or begun to store.
    bool release_unused(const found_reservation& found) override {
        if (has_record(found) || !give_up_claim(*database_, found)) return false;
        finish_removal(*database_, found.job_id, found.held.id);
        return true;
    }

    std::size_t finish_begun() override {
        return finish_what_was_begun(*database_) + remove_lost_images(*database_);
    }

    std::string user_folder(const owner_info& owner) override {
        {
            const std::scoped_lock lock(mutex_);
            if (const auto known = folders_.find(owner.user_id); known != folders_.end())
                return known->second;
        }
        auto folder = bind_folder(owner);
        const std::scoped_lock lock(mutex_);
        return folders_[owner.user_id] = std::move(folder);
    }

private:
    // What the job holds already.
    bool take_known(const std::string& job_id, reservation& held) {
        const auto known = database_->find_one(claims_in, object{{"_id", job_id}});
        if (!known) return false;
        const auto id = id_in(known->to_json()).value_or(0);
        if (known->has("removing")) {
            finish_removal(*database_, job_id, id);
            return false;
        }
        held.id = id;
        held.slug = known->text("slug");
        return touch_claim(*database_, job_id);
    }

    bool claim(const std::string& job_id, const owner_info& owner, const reservation& held) {
        return database_->insert(claims_in, claim_of(job_id, owner.user_id, held));
    }

    static time_point asked_at(const document& claim) {
        const auto asked = claim.text("askedAt");
        return asked.empty() ? time_point{} : from_rfc3339(asked);
    }

    bool has_record(const found_reservation& found) {
        return database_->find_one(characters_in, object{{"_id", found.job_id}}, only_id_) ||
               database_->find_one(characters_in, by_id(found.held.id), only_id_);
    }

    // Whether another program wrote a document with the id or the slug.
    bool is_elsewhere(const owner_info& owner, const reservation& held) {
        const object same_slug{{"owner.userId", owner.user_id}, {"slug", held.slug}};
        return database_
            ->find_one(characters_in, object{{"$or", json::array{by_id(held.id), same_slug}}},
                       only_id_)
            .has_value();
    }

    struct obstacles {
        bool id = false;
        std::set<std::string> slugs;
    };

    // Documents, also of other programs, and claims with the id, or with a slug like the wanted
    // one.
    obstacles in_the_way(const owner_info& owner, std::int64_t id, const std::string& wanted) {
        const auto start = common_start(wanted);
        const object range{{"$gte", start}, {"$lt", start + after_every_ending}};
        const object some_fields{{"projection", {{"id", 1}, {"slug", 1}}}};
        obstacles found;
        const auto look = [&](const char* collection, const char* owner_field) {
            const object like{{owner_field, owner.user_id}, {"slug", range}};
            for (const auto& one : database_->find(
                     collection, object{{"$or", json::array{by_id(id), like}}}, some_fields)) {
                if (id_in(one.to_json()) == id)
                    found.id = true;
                else
                    found.slugs.insert(one.text("slug"));
            }
        };
        look(claims_in, "userId");
        look(characters_in, "owner.userId");
        return found;
    }

    void skip_taken(std::int64_t& id) {
        database_->notice(
            fmt::format("character id {} is taken by another program, the next one is used", id));
        raise_id_counter(*database_);
        id = next_character_id(*database_);
    }

    std::string bind_folder(const owner_info& owner) {
        const object mine{{"_id", owner.user_id}};
        const auto wanted = folder_wanted(owner);
        for (auto folder = wanted;;) {
            if (const auto known = database_->find_one(folders_in, mine))
                return known->text("folder");
            if (database_->insert(folders_in, object{{"_id", owner.user_id}, {"folder", folder}}))
                return folder;
            const auto start = common_start(wanted);
            std::set<std::string> taken;
            for (const auto& one : database_->find(
                     folders_in,
                     object{{"folder", {{"$gte", start}, {"$lt", start + after_every_ending}}}}))
                taken.insert(one.text("folder"));
            folder = first_free(wanted, [&](const auto& name) { return taken.contains(name); });
        }
    }

    inline static const object only_id_{{"projection", {{"id", 1}}}};

    shared_database database_;
    std::mutex contended_;
    std::mutex mutex_;
    std::map<std::string, std::string> folders_;  // of users, bound for good; guarded by mutex_
};

}  // namespace

std::unique_ptr<reservations> make_reservations(shared_database on) {
    return std::make_unique<mongo_reservations>(std::move(on));
}

}  // namespace medusa::mongo
