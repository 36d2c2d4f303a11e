#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "core/ids.hpp"
#include "store/mongo/documents.hpp"
#include "store/mongo/failures.hpp"
#include "store/mongo/ports.hpp"
#include "store/mongo/schema.hpp"

namespace medusa::mongo {
namespace {

namespace json = boost::json;

// The counter's document also says which store this is: who loses one loses both, and followers
// then begin anew.
constexpr auto store_field = "store";
constexpr auto sequence_field = "sequence";

// The number in a document that somebody else may have changed as well.
std::int64_t number_of(const document& stored, const char* field) {
    return id_in({{"id", stored.to_json()[field]}}).value_or(0);
}

std::int64_t highest_in(database& on, const char* collection, const char* field) {
    const auto last = on.find_one(collection, object{{field, {{"$gt", 0}}}},
                                  {{"sort", {{field, -1}}}, {"projection", {{field, 1}}}});
    return last ? number_of(*last, field) : 0;
}

void make_change_counter(database& on) {
    const auto highest = std::max(highest_in(on, characters_in, change_field),
                                  highest_in(on, removals_in, sequence_field));
    on.upsert(counters_in, object{{"_id", change_counter_name}},
              {{"$setOnInsert", {{"value", highest}, {store_field, random_ids().uuid()}}}});
}

error damaged_counter(const char* what) {
    return damaged(fmt::format("the document \"{}\" in {}", change_counter_name, counters_in),
                   what);
}

// A change is a number in the character's document, set by the write that it counts; that a
// character is gone, where no document is left, is kept in a collection of its own.
//
// What is not told: documents that were there before there were numbers, and what other programs
// write. A follower has them from its first reading of the store, or the next one.
class mongo_feed final : public change_feed {
public:
    explicit mongo_feed(shared_database on) : database_(std::move(on)) {}

    std::string store_id() override {
        const object mine{{"_id", change_counter_name}};
        auto counter = database_->find_one(counters_in, mine);
        if (!counter) {
            make_change_counter(*database_);
            counter = database_->find_one(counters_in, mine);
        }
        auto id = counter ? counter->text(store_field) : std::string();
        if (id.empty()) throw damaged_counter("it names no store");
        return id;
    }

    // Of the last write that was begun, though it may be on its way still, or have failed.
    std::int64_t newest() override { return counter_value(*database_, change_counter_name); }

    // One that came back after its removal, as an import may make it, is told of twice. To leave
    // the older one out here would end a page too early, and pass over others.
    std::vector<character_change_note> after(std::int64_t sequence, std::size_t limit) override {
        if (limit == 0) return {};
        const auto there = notes(characters_in, change_field, "id", sequence, limit);
        const auto gone = notes(removals_in, sequence_field, "_id", sequence, limit);
        std::vector<character_change_note> both;
        both.reserve(there.size() + gone.size());
        std::merge(there.begin(), there.end(), gone.begin(), gone.end(), std::back_inserter(both),
                   [](const auto& a, const auto& b) { return a.sequence < b.sequence; });
        if (both.size() > limit) both.resize(limit);
        return both;
    }

    // Numbers are taken before they are written. Each try of a write ends within two times the 30 s
    // that a socket may be silent, and some seconds of looking for a server; with its five tries
    // and the patience between them that is some seven minutes. Who makes those limits longer, in
    // the address of the database, may have a change come to light too late.
    std::chrono::milliseconds disorder() const override { return std::chrono::minutes(10); }

private:
    std::vector<character_change_note> notes(const char* collection, const char* field,
                                             const char* id_field, std::int64_t above,
                                             std::size_t limit) {
        const auto most = std::int64_t(std::min<std::size_t>(limit, INT32_MAX));
        std::vector<character_change_note> found;
        for (const auto& one : database_->find(collection, object{{field, {{"$gt", above}}}},
                                               {{"sort", {{field, 1}}},
                                                {"limit", most},
                                                {"projection", {{field, 1}, {id_field, 1}}}}))
            found.push_back({number_of(one, field), number_of(one, id_field)});
        return found;
    }

    shared_database database_;
};

}  // namespace

std::int64_t next_change(database& on) {
    const object mine{{"_id", change_counter_name}};
    const object one_more{{"$inc", {{"value", 1}}}};
    auto counter = on.change(counters_in, mine, one_more);
    if (!counter) {
        make_change_counter(on);
        counter = on.change(counters_in, mine, one_more);
    }
    const auto number = counter ? number_of(*counter, "value") : 0;
    if (number <= 0) throw damaged_counter("its value is no number");
    return number;
}

void tell_removal(database& on, std::int64_t id) {
    on.upsert(removals_in, object{{"_id", id}}, {{"$set", {{sequence_field, next_change(on)}}}});
}

std::unique_ptr<change_feed> make_feed(shared_database on) {
    return std::make_unique<mongo_feed>(std::move(on));
}

}  // namespace medusa::mongo
