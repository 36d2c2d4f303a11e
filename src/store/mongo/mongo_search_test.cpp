// What the feed of changes and the search for words do beside what every adapter must: documents of
// other programs, writes that come late, removals that are cut short.
#include <gtest/gtest.h>

#include <atomic>
#include <boost/json.hpp>
#include <set>
#include <thread>

#include "contract/store_contract.hpp"
#include "store/mongo/mongo_store.hpp"
#include "support/mongo_server.hpp"

namespace medusa {
namespace {

namespace json = boost::json;
using testing_support::mongo_uri_for;
using testing_support::run_on_mongo;

using ids = std::vector<std::int64_t>;

class mongo_search : public testing::Test {
protected:
    stores open() const { return make_mongo_store({.uri = uri_}); }

    json::object run(const json::object& command) const {
        const auto answer = json::parse(run_on_mongo(uri_, json::serialize(command))).as_object();
        EXPECT_FALSE(answer.contains("writeErrors")) << json::serialize(answer);
        return answer;
    }
    void insert(const json::object& document) const {
        run({{"insert", "characters"}, {"documents", json::array{document}}});
    }
    void change(const char* collection, const std::string& id, const json::object& how) const {
        run({{"update", collection}, {"updates", {{{"q", {{"_id", id}}}, {"u", how}}}}});
    }
    void remove(const char* collection, const std::string& id) const {
        run({{"delete", collection}, {"deletes", {{{"q", {{"_id", id}}}, {"limit", 1}}}}});
    }

    ids changed_after(std::int64_t sequence) const {
        ids found;
        for (const auto& one : store_.feed->after(sequence, 100)) found.push_back(one.character_id);
        return found;
    }
    character described(const std::string& job, const std::string& name,
                        const std::string& description) {
        const auto held = store_.reserved->reserve(job, anna, name);
        auto record = record_for(job, anna, held, name);
        record.description = description;
        store_.characters->save(record);
        return record;
    }
    ids saying(const std::vector<std::string>& words) {
        return store_.words->saying({.words = words, .user_id = anna.user_id});
    }

    bool server_has_words() const {
        return json::serialize(run({{"listIndexes", "characters"}})).find("medusa_words") !=
               std::string::npos;
    }

    testing_support::scratch_folder folder_;
    std::string uri_ = mongo_uri_for(folder_.path());
    stores store_ = open();
};

// Another process takes its number first, and writes last.
TEST_F(mongo_search, tells_of_a_change_that_came_to_light_late_to_who_asks_from_further_back) {
    const auto luna = make(store_, "luna", anna, "luna");
    const auto before = store_.feed->newest();
    change("medusa_counters", "characterChange", {{"$inc", {{"value", 1}}}});
    const auto sol = make(store_, "sol", anna, "sol");
    const auto told = store_.feed->after(before, 10);
    ASSERT_EQ(told.size(), 1u);
    EXPECT_EQ(told[0].character_id, sol.id);

    change("characters", "luna", {{"$set", {{"changeSequence", before + 1}}}});
    EXPECT_TRUE(changed_after(told[0].sequence).empty());
    EXPECT_EQ(changed_after(before), (ids{luna.id, sol.id}));
    EXPECT_GE(store_.feed->disorder(), std::chrono::minutes(5));
}

TEST_F(mongo_search, tells_of_a_removal_that_was_cut_short_once_it_is_finished) {
    for (const bool at_the_start : {true, false}) {
        const auto luna = make(store_, "luna", anna, "luna");
        const auto at = store_.feed->newest();
        change("medusa_claims", "luna", {{"$set", {{"removing", true}}}});
        remove("characters", "luna");
        EXPECT_TRUE(changed_after(at).empty());
        if (at_the_start)
            store_ = open();
        else
            store_.reserved->reserve("luna", anna, "luna");
        EXPECT_EQ(changed_after(at), ids{luna.id});
        EXPECT_EQ(store_.reserved->find("luna").has_value(), !at_the_start);
    }
}

// A note that comes before its change is of no use: whoever looks then does not look again.
TEST_F(mongo_search, tells_of_nothing_before_it_can_be_seen) {
    constexpr int times = 20;
    std::vector<character> made;
    for (int i = 0; i < times; ++i)
        made.push_back(make(store_, "job" + std::to_string(i), anna, "luna"));
    auto at = store_.feed->newest();
    std::jthread remover([&, other = open()] {
        for (const auto& one : made) other.characters->remove(one.id);
    });
    std::set<std::int64_t> gone;
    while (gone.size() < made.size())
        for (const auto& one : store_.feed->after(at, 5)) {
            at = one.sequence;
            ASSERT_FALSE(store_.characters->find(one.character_id)) << one.character_id;
            gone.insert(one.character_id);
        }
}

// Else what follows would keep what it read under the higher number.
TEST_F(mongo_search, the_number_of_a_character_only_grows_however_many_save_it) {
    const auto luna = make(store_, "luna", anna, "luna");
    constexpr int times = 30;
    std::atomic<int> at_work = 2;
    const auto save_often = [&] {
        const auto store = open();
        for (int i = 0; i < times; ++i) store.characters->save(luna);
        --at_work;
    };
    std::jthread one(save_often);
    std::jthread other(save_often);
    for (std::int64_t last = 0; at_work > 0;) {
        const auto told = store_.feed->after(0, 10);
        ASSERT_EQ(told.size(), 1u);
        ASSERT_GE(told[0].sequence, last);
        last = told[0].sequence;
    }
}

TEST_F(mongo_search, tells_of_moved_files) {
    const auto luna = make(store_, "luna", anna, "luna");
    const auto at = store_.feed->newest();
    store_.images->relocate(luna.id, {.avatar = "elsewhere.png"});
    EXPECT_EQ(changed_after(at), ids{luna.id});
}

TEST_F(mongo_search, documents_of_other_programs_are_not_told_of_and_disturb_nobody) {
    insert({{"_id", "plain"}, {"id", 1}, {"name", "Somebody"}});
    insert({{"_id", "odd"}, {"id", 2}, {"changeSequence", "newest"}});
    insert({{"_id", "odder"}, {"id", 3}, {"changeSequence", json::array{}}});
    const auto luna = make(store_, "luna", anna, "luna");
    EXPECT_EQ(changed_after(0), ids{luna.id});
    EXPECT_EQ(store_.characters->find(1)->name, "Somebody");
    EXPECT_TRUE(store_.characters->remove(1));
    EXPECT_EQ(changed_after(store_.feed->newest() - 1), ids{1});
}

TEST_F(mongo_search, who_loses_the_counter_is_another_store_with_higher_numbers) {
    const auto luna = make(store_, "luna", anna, "luna");
    const auto id = store_.feed->store_id();
    const auto newest = store_.feed->newest();
    remove("medusa_counters", "characterChange");
    const auto sol = make(store_, "sol", anna, "sol");
    EXPECT_GT(store_.feed->newest(), newest);
    EXPECT_NE(store_.feed->store_id(), id);
    EXPECT_EQ(changed_after(newest), ids{sol.id});
}

TEST_F(mongo_search, an_index_of_words_as_it_was_formerly_gives_way) {
    run({{"createIndexes", "characters"},
         {"indexes", {{{"key", {{"name", 1}}}, {"name", "medusa_text"}}}}});
    const auto indexes = [&] { return json::serialize(run({{"listIndexes", "characters"}})); };
    ASSERT_NE(indexes().find("medusa_text"), std::string::npos);
    store_ = open();
    EXPECT_EQ(indexes().find("medusa_text"), std::string::npos);
}

TEST_F(mongo_search, words_are_found_whole_and_in_any_case) {
    const auto luna = described("1", "Luna", "a KNIGHT, at a party");
    EXPECT_EQ(saying({"knight"}), ids{luna.id});
    EXPECT_TRUE(saying({"night"}).empty());
    EXPECT_EQ(saying({"luna"}), ids{luna.id});
}

TEST_F(mongo_search, names_come_before_descriptions_and_rare_words_before_common_ones) {
    const auto told = described("1", "Ada", "a friend of Bea");
    const auto named = described("2", "Bea", "a knight");
    EXPECT_EQ(saying({"bea"}), (ids{named.id, told.id}));
    if (server_has_words()) GTEST_SKIP() << "its score does not know how rare a word is";
    described("3", "Cleo", "a knight");
    described("4", "Dora", "a knight");
    EXPECT_EQ(saying({"knight", "friend"}).front(), told.id);
}

TEST_F(mongo_search, documents_of_other_programs_are_found_and_damaged_ones_passed_over) {
    insert({{"_id", "other"},
            {"id", 1},
            {"name", "Somebody"},
            {"description", "a knight"},
            {"selectedTags", {{"personality", {"Stubborn"}}}},
            {"owner", {{"userId", "local"}}}});
    described("job", "Luna", "a knight");
    change("characters", "job", {{"$set", {{"name", 5}}}});
    EXPECT_EQ(saying({"knight"}), ids{1});
    if (server_has_words()) GTEST_SKIP() << "its index has the tags of our own documents alone";
    EXPECT_EQ(saying({"stubborn"}), ids{1});
}

TEST_F(mongo_search, more_words_than_anybody_means_are_no_failure) {
    const auto luna = described("1", "Luna", "a knight");
    std::vector<std::string> words{"knight", std::string(100'000, 'x'), "\xff", ""};
    for (int i = 0; i < 10'000; ++i) words.push_back("word" + std::to_string(i));
    EXPECT_EQ(saying(words), ids{luna.id});
}

}  // namespace
}  // namespace medusa
