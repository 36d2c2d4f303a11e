#include <fmt/format.h>

#include "store/mongo/documents.hpp"
#include "store/mongo/ports.hpp"
#include "store/mongo/schema.hpp"

namespace medusa::mongo {
namespace {

class mongo_images final : public image_store {
public:
    explicit mongo_images(shared_database on) : database_(std::move(on)) {}

    bool save(const image& record) override {
        const document made(fields_of(record));
        expect_character(record.character_id);
        if (!database_->insert(images_in, made)) return false;
        // A removal at the same time may have looked for images before this one was there.
        try {
            expect_character(record.character_id);
        } catch (const error& gone) {
            if (gone.code() == errc::not_found) database_->remove(images_in, made.only("_id"));
            throw;
        }
        if (record.number) raise_highest_number(*database_, *record.number);
        return true;
    }

    std::optional<image> find(const std::string& id) override {
        const object mine{{"_id", id}};
        auto stored = database_->find_one(images_in, mine);
        if (!stored) {
            const auto holder = database_->find_one(characters_in, object{{"avatarImage.id", id}});
            if (!holder) return std::nullopt;
            settle_avatar(*database_, *holder);
            stored = database_->find_one(images_in, mine);
        }
        if (!stored) return std::nullopt;
        return image_from(*stored);
    }

    std::vector<image> of_character(std::int64_t character_id,
                                    std::vector<std::string>* damaged) override {
        object unsettled = by_id(character_id);
        unsettled[avatar_field] = {{"$exists", true}};
        if (const auto holder = database_->find_one(characters_in, unsettled))
            settle_avatar(*database_, *holder);
        std::vector<image> found;
        std::vector<std::string> unreadable;
        for (const auto& stored :
             database_->find(images_in, object{{"characterId", character_id}},
                             {{"sort", {{"createdAt", 1}, {"sequence", 1}}}})) {
            try {
                found.push_back(image_from(stored));
            } catch (const error& reason) {
                if (!damaged || reason.code() != errc::corrupted) throw;
                unreadable.push_back(stored.text("_id"));
            }
        }
        if (damaged) *damaged = std::move(unreadable);
        return found;
    }

    void relocate(std::int64_t character_id, const file_places& places) override {
        for (const auto& [id, url] : places.images)
            database_->update(images_in, object{{"_id", id}, {"characterId", character_id}},
                              {{"$set", {{"url", url}}}});
        object changed;
        if (places.avatar) changed["avatar"] = *places.avatar;
        if (places.embeddings) changed["embeddings.url"] = *places.embeddings;
        if (changed.empty()) return;
        changed[change_field] = next_change(*database_);
        database_->update(characters_in, by_id(character_id), {{"$set", std::move(changed)}});
    }

    void set_number(const std::string& id, std::int64_t number) override {
        const auto known = find(id);
        if (!known) throw error(errc::not_found, fmt::format("image {} does not exist", id));
        if (known->number) return;
        // First: after a crash in between, the number is left out, and never used again.
        raise_highest_number(*database_, number);
        // Sets it where there is none; of two at the same time, the lower stays.
        database_->update(images_in, object{{"_id", id}}, {{"$min", {{"number", number}}}});
    }

    std::int64_t highest_number() override { return counter_value(*database_, number_counter); }

private:
    void expect_character(std::int64_t id) {
        if (!database_->find_one(claims_in, object{{"id", id}}) &&
            !database_->find_one(characters_in, by_id(id)))
            throw error(errc::not_found, fmt::format("character {} does not exist", id));
    }

    shared_database database_;
};

}  // namespace

std::unique_ptr<image_store> make_images(shared_database on) {
    return std::make_unique<mongo_images>(std::move(on));
}

}  // namespace medusa::mongo
