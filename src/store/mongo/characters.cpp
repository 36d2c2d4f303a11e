#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "core/text.hpp"
#include "store/mongo/claims.hpp"
#include "store/mongo/documents.hpp"
#include "store/mongo/failures.hpp"
#include "store/mongo/ports.hpp"
#include "store/naming.hpp"

namespace medusa::mongo {
namespace {

namespace json = boost::json;

constexpr auto after_every_text = "\xf4\x8f\xbf\xbf";  // the last code point

object id_of_document(const character& record) {
    return {{"_id", claim_job(record.job_id, record.id)}};
}

// Finds the document as long as these fields are as they were.
document as_it_is(const document& stored, std::initializer_list<const char*> fields) {
    auto filter = stored.only("_id");
    for (const char* field : fields) {
        const auto same = stored.has(field) ? stored.only(field)
                                            : document(object{{field, object{{"$exists", false}}}});
        bson_concat(filter.get(), same.get());
    }
    return filter;
}

class mongo_characters final : public character_store {
public:
    explicit mongo_characters(shared_database on) : database_(std::move(on)) {}

    // The avatar travels inside the character's document, so that one write stores both, and gets a
    // document of its own at once or, after a crash, as soon as somebody looks.
    bool create(const character& record, const image& avatar, unclaimed what) override {
        auto fields = id_of_document(record);
        auto of_record = fields_of(record);
        fields.insert(of_record.begin(), of_record.end());
        fields[avatar_field] = fields_of(avatar);
        if (hold_claim(*database_, record, what) == claim_use::again)
            if (const auto first = stored_as(record)) return is_second_to(*first);
        // First: after a crash in between, the number is left out, and never used again.
        if (avatar.number) raise_highest_number(*database_, *avatar.number);
        fields[change_field] = next_change(*database_);
        const document made(fields);
        if (database_->insert(characters_in, made)) {
            settle_avatar(*database_, made);
            return true;
        }
        const auto first = stored_as(record);
        if (!first) refuse_taken(record);
        return is_second_to(*first);
    }

    void save(const character& record) override {
        auto fields = fields_of(record);
        hold_claim(*database_, record, unclaimed::claims);
        // Between the look and the write another process may create, change or remove it: look
        // again. So numbers only grow in a document, also when a write is sent twice.
        for (;;) {
            const auto stored = stored_as(record);
            fields[change_field] = next_change(*database_);
            if (stored) {
                const auto changed = changes(*stored, fields, {"look"});
                if (database_->update(characters_in, as_it_is(*stored, {change_field}),
                                      {{"$set", changed}}) > 0)
                    return;
                continue;
            }
            auto made = id_of_document(record);
            made.insert(fields.begin(), fields.end());
            if (database_->insert(characters_in, made)) return;
            if (!stored_as(record)) refuse_taken(record);
        }
    }

    bool update(const character& was, const character& now) override {
        const auto stored = stored_as(was);
        if (!stored || character_from(*stored) != was) return false;
        auto changed = changes(*stored, fields_of(now), {"look"});
        changed[change_field] = next_change(*database_);
        return database_->update(characters_in,
                                 as_it_is(*stored, {"version", "updatedAt", change_field}),
                                 {{"$set", changed}}) > 0;
    }

    std::optional<character> find(std::int64_t id) override { return first_record(by_id(id)); }

    std::optional<character> find_by_job(const std::string& job_id) override {
        return first_record({{"_id", job_id}});
    }

    std::vector<character> list(const character_query& wanted) override {
        if (wanted.limit == 0) return {};
        std::vector<character> found;
        std::vector<std::int64_t> unreadable;
        for (const auto& stored : page(wanted)) {
            try {
                found.push_back(character_from(stored));
            } catch (const error& reason) {
                if (!wanted.damaged || reason.code() != errc::corrupted) throw;
                unreadable.push_back(id_in(stored.to_json()).value_or(0));
            }
        }
        if (wanted.damaged) *wanted.damaged = std::move(unreadable);
        return found;
    }

    std::vector<std::string> names(const std::string& user_id, const std::string& prefix) override {
        const object range{{"$gte", prefix}, {"$lte", prefix + after_every_text}};
        std::vector<std::string> found;
        for (const auto& stored :
             database_->find(characters_in, object{{"owner.userId", user_id}, {"name", range}},
                             {{"projection", {{"name", 1}}}}))
            if (auto name = stored.text("name"); name.starts_with(prefix))
                found.push_back(std::move(name));
        std::sort(found.begin(), found.end());
        return found;
    }

    bool remove(std::int64_t id) override {
        const auto stored = database_->find_one(characters_in, by_id(id));
        if (!stored) return false;
        const auto job = claim_job(stored->text("jobId"), id);
        // From here on it is removed by whoever comes by, if not by us.
        database_->upsert(claims_in, object{{"_id", job}},
                          {{"$set", {{"removing", true}}}, {"$setOnInsert", {{"id", id}}}});
        const auto removed = database_->remove(characters_in, stored->only("_id"));
        finish_removal(*database_, job, id);
        return removed > 0;
    }

    std::string check() override {
        // A write that changes nothing, to see that writing is allowed.
        database_->upsert(counters_in, object{{"_id", "imageNumber"}}, {{"$max", {{"value", 0}}}});
        const auto server = database_->command({{"buildInfo", 1}});
        const auto count = database_->count(characters_in);
        if (const auto newest = database_->find_one(characters_in, {}, {{"sort", {{"id", -1}}}}))
            character_from(*newest);
        return fmt::format("MongoDB {} at {}, database {}, {} characters", server.text("version"),
                           database_->hosts(), database_->name(), count);
    }

private:
    // The job has its character already.
    bool is_second_to(const document& first) {
        settle_avatar(*database_, first);
        return false;
    }

    // Another program has a document with the id or the slug.
    [[noreturn]] void refuse_taken(const character& record) {
        let_go_of_claim(*database_, record);
        throw claim_taken(record);
    }

    // The document of the same job; for a record from elsewhere, of the same id.
    std::optional<document> stored_as(const character& record) {
        return database_->find_one(
            characters_in, record.job_id.empty() ? by_id(record.id) : id_of_document(record));
    }

    std::optional<character> first_record(const object& filter) {
        const auto stored = database_->find_one(characters_in, filter);
        if (!stored) return std::nullopt;
        return character_from(*stored);
    }

    // One page, newest first. Ids that are kept as text do not compare with numbers: those
    // documents, few if any, are all fetched and sorted in.
    std::vector<document> page(const character_query& wanted) {
        object filter{{"id", {{"$lt", wanted.before_id}}}};
        if (wanted.user_id) filter["owner.userId"] = *wanted.user_id;
        if (wanted.style) filter["style"] = *wanted.style;
        if (wanted.tag)
            for (auto& [operation, alternatives] : by_tag(*wanted.tag))
                filter[operation] = alternatives;
        const auto limit = std::int64_t(std::min<std::size_t>(wanted.limit, INT32_MAX));
        auto found =
            database_->find(characters_in, filter, {{"sort", {{"id", -1}}}, {"limit", limit}});
        filter["id"] = {{"$type", "string"}};
        const auto as_text = database_->find(characters_in, filter);
        if (as_text.empty()) return found;
        const auto id = [](const document& one) { return id_in(one.to_json()).value_or(0); };
        for (const auto& one : as_text)
            if (id(one) != 0 && id(one) < wanted.before_id) found.emplace_back(one.get());
        std::sort(found.begin(), found.end(),
                  [&](const document& a, const document& b) { return id(a) > id(b); });
        if (found.size() > wanted.limit) found.resize(wanted.limit);
        return found;
    }

    shared_database database_;
};

}  // namespace

std::unique_ptr<character_store> make_characters(shared_database on) {
    return std::make_unique<mongo_characters>(std::move(on));
}

}  // namespace medusa::mongo
