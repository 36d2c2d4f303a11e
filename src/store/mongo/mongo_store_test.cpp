#include "store/mongo/mongo_store.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <chrono>
#include <thread>

#include "contract/store_contract.hpp"
#include "core/error.hpp"
#include "core/limits.hpp"
#include "support/mongo_server.hpp"

namespace medusa {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using testing_support::mongo_uri_for;
using testing_support::run_on_mongo;

INSTANTIATE_TEST_SUITE_P(mongo, store_contract,
                         testing::Values(store_under_test{"mongo",
                                                          [](const fs::path& folder) {
                                                              return make_mongo_store(
                                                                  {.uri = mongo_uri_for(folder)});
                                                          },
                                                          mongo_uri_for}));

class mongo_database : public testing::Test {
protected:
    stores open() {
        return make_mongo_store({.uri = uri_, .notice = [this](std::string_view text) {
                                     notices_.emplace_back(text);
                                 }});
    }

    json::object run(const json::object& command) const {
        return json::parse(run_on_mongo(uri_, json::serialize(command))).as_object();
    }
    void insert(const char* collection, const json::object& document) const {
        const auto answer = run({{"insert", collection}, {"documents", json::array{document}}});
        ASSERT_FALSE(answer.contains("writeErrors")) << json::serialize(answer);
    }
    // The only document that the filter finds.
    json::object stored(const char* collection, const json::object& filter) const {
        const auto answer = run({{"find", collection}, {"filter", filter}});
        const auto& found = answer.at("cursor").at("firstBatch").as_array();
        EXPECT_EQ(found.size(), 1u) << json::serialize(answer);
        return found.empty() ? json::object() : found[0].as_object();
    }

    testing_support::scratch_folder folder_;
    std::string uri_ = mongo_uri_for(folder_.path());
    std::vector<std::string> notices_;
};

TEST_F(mongo_database, holds_a_document_that_is_the_record_and_little_else) {
    const auto store = open();
    const auto held = store.reserved->reserve("job", anna, "luna");
    store.characters->create(record_for("job", anna, held, "Luna"), image_for("i", held.id));
    auto document = stored("characters", {{"id", held.id}});
    std::set<std::string> fields;
    for (const auto& field : document) fields.emplace(field.key());
    EXPECT_EQ(fields,
              (std::set<std::string>{
                  "_id", "id", "name", "description", "avatar", "personalityTraits", "selectedTags",
                  "imageGeneration", "embeddings", "owner", "slug", "style", "look", "jobId",
                  "createdAt", "updatedAt", "version", "searchTags", "changeSequence"}));
    EXPECT_EQ(document.at("imageGeneration").at("characterSeed"), json::value(4'164'696'983));
    EXPECT_EQ(stored("images", {{"characterId", held.id}}).at("id"), "i");
}

TEST_F(mongo_database, goes_on_above_the_ids_that_are_there) {
    insert("characters", {{"_id", "other"}, {"id", 300'000}, {"name", "Somebody"}});
    insert("characters", {{"_id", "text"}, {"id", "300005"}, {"name", "Somebody"}});
    EXPECT_EQ(open().reserved->reserve("a", anna, "luna").id, 300'006);
}

TEST_F(mongo_database, passes_over_an_id_that_another_program_took_and_says_so) {
    const auto store = open();
    EXPECT_EQ(store.reserved->reserve("a", anna, "luna").id, limits::first_character_id);
    insert("characters", {{"_id", "other"}, {"id", limits::first_character_id + 1}});
    EXPECT_EQ(store.reserved->reserve("b", anna, "zara").id, limits::first_character_id + 2);
    ASSERT_EQ(notices_.size(), 1u);
    EXPECT_NE(notices_[0].find("123457"), std::string::npos) << notices_[0];
}

TEST_F(mongo_database, passes_over_a_slug_that_another_program_took) {
    insert("characters",
           {{"_id", "other"}, {"id", 1}, {"owner", {{"userId", "local"}}}, {"slug", "luna"}});
    EXPECT_EQ(open().reserved->reserve("a", anna, "luna").slug, "luna-2");
}

TEST_F(mongo_database, with_ids_that_are_there_twice_opens_and_says_so) {
    for (const auto* id : {"one", "two"}) insert("characters", {{"_id", id}, {"id", 5}});
    const auto store = open();
    ASSERT_EQ(notices_.size(), 1u);
    EXPECT_NE(notices_[0].find("characters"), std::string::npos) << notices_[0];
    EXPECT_TRUE(store.reserved->reserve("a", anna, "luna").id >= limits::first_character_id);
}

// What the two steps of create() leave when the process dies between them.
TEST_F(mongo_database, shows_an_avatar_that_is_still_inside_its_character) {
    reservation held;
    {
        const auto store = open();
        held = store.reserved->reserve("job", anna, "luna");
        store.characters->create(record_for("job", anna, held, "Luna"), image_for("i", held.id));
        auto inside = stored("images", {{"_id", "i"}});
        run({{"delete", "images"}, {"deletes", {{{"q", {{"_id", "i"}}}, {"limit", 1}}}}});
        run({{"update", "characters"},
             {"updates",
              {{{"q", {{"_id", "job"}}}, {"u", {{"$set", {{"avatarImage", inside}}}}}}}}});
        EXPECT_EQ(store.images->find("i"), image_for("i", held.id));
        EXPECT_FALSE(stored("characters", {{"_id", "job"}}).contains("avatarImage"));

        run({{"delete", "images"}, {"deletes", {{{"q", {{"_id", "i"}}}, {"limit", 1}}}}});
        run({{"update", "characters"},
             {"updates",
              {{{"q", {{"_id", "job"}}}, {"u", {{"$set", {{"avatarImage", inside}}}}}}}}});
        EXPECT_EQ(store.images->of_character(held.id), std::vector{image_for("i", held.id)});
    }
}

TEST_F(mongo_database, finishes_a_removal_that_a_crash_cut_short) {
    {
        const auto store = open();
        const auto held = store.reserved->reserve("job", anna, "luna");
        store.characters->create(record_for("job", anna, held, "Luna"), image_for("i", held.id));
        run({{"update", "medusa_claims"},
             {"updates", {{{"q", {{"_id", "job"}}}, {"u", {{"$set", {{"removing", true}}}}}}}}});
    }
    const auto store = open();
    EXPECT_TRUE(store.characters->list({}).empty());
    EXPECT_FALSE(store.images->find("i"));
    EXPECT_EQ(store.reserved->reserve("again", anna, "luna").slug, "luna");
}

TEST_F(mongo_database, keeps_what_another_program_writes_while_a_record_is_replaced) {
    const auto store = open();
    const auto held = store.reserved->reserve("job", anna, "luna");
    auto record = record_for("job", anna, held, "Luna");
    store.characters->save(record);
    constexpr int times = 30;
    std::jthread other([&] {
        for (int i = 0; i < times; ++i)
            run({{"update", "characters"},
                 {"updates",
                  {{{"q", {{"_id", "job"}}},
                    {"u", {{"$inc", {{"views", 1}, {"owner.visits", 1}}}}}}}}});
    });
    for (int i = 0; i < times; ++i) {
        record.version = i;
        store.characters->save(record);
    }
    other.join();
    const auto after = stored("characters", {{"_id", "job"}});
    EXPECT_EQ(after.at("views"), times);
    EXPECT_EQ(after.at("owner").at("visits"), times);
    EXPECT_EQ(store.characters->find(held.id), record);
}

// A job is given up by one process while another one, which was thought dead, stores its character:
// whoever changes the claim first has it.
TEST_F(mongo_database, gives_no_job_up_whose_character_is_on_its_way) {
    const auto store = open();
    const auto held = store.reserved->reserve("job", anna, "luna");
    const auto set_held_at = [&](std::chrono::system_clock::time_point at) {
        run({{"update", "medusa_claims"},
             {"updates",
              {{{"q", {{"_id", "job"}}},
                {"u",
                 {{"$set",
                   {{"heldAt", at.time_since_epoch() / std::chrono::milliseconds(1)}}}}}}}}});
    };
    set_held_at(std::chrono::system_clock::now());
    store.reserved->release("job");
    EXPECT_EQ(store.reserved->reserve("job", anna, "luna"), held);
    EXPECT_TRUE(
        store.characters->create(record_for("job", anna, held, "Luna"), image_for("i", held.id)));
    store.reserved->release("job");
    EXPECT_EQ(store.images->of_character(held.id).size(), 1u);

    const auto other = store.reserved->reserve("dead", anna, "zara");
    run({{"update", "medusa_claims"},
         {"updates", {{{"q", {{"_id", "dead"}}}, {"u", {{"$set", {{"heldAt", 5}}}}}}}}});
    store.reserved->release("dead");
    EXPECT_NE(store.reserved->reserve("dead", anna, "zara"), other)
        << "nobody stores that any more";
}

TEST_F(mongo_database, makes_no_character_for_a_job_that_is_being_given_up) {
    const auto store = open();
    const auto held = store.reserved->reserve("job", anna, "luna");
    run({{"update", "medusa_claims"},
         {"updates", {{{"q", {{"_id", "job"}}}, {"u", {{"$set", {{"removing", true}}}}}}}}});
    const auto record = record_for("job", anna, held, "Luna");
    EXPECT_EQ(code_of([&] { store.characters->create(record, image_for("i", held.id)); }),
              errc::conflict);
    EXPECT_FALSE(store.characters->find(held.id));
    EXPECT_NE(store.reserved->reserve("job", anna, "luna").id, held.id);
}

TEST_F(mongo_database, frees_the_slug_of_a_character_that_could_not_be_made) {
    const auto store = open();
    const auto held = store.reserved->reserve("job", anna, "luna");
    insert("characters", {{"_id", "other"}, {"id", held.id}});
    EXPECT_EQ(code_of([&] {
                  store.characters->create(record_for("job", anna, held, "Luna"),
                                           image_for("i", held.id));
              }),
              errc::conflict);
    store.reserved->release("job");
    EXPECT_EQ(store.reserved->reserve("next", anna, "luna").slug, "luna");
}

TEST_F(mongo_database, loses_the_records_of_images_whose_character_is_gone_and_no_others) {
    const auto store = open();
    const auto held = store.reserved->reserve("job", anna, "luna");
    store.characters->create(record_for("job", anna, held, "Luna"), image_for("i", held.id));
    insert("images", {{"_id", "lost"}, {"id", "lost"}, {"characterId", 7}, {"sequence", 1}});
    insert("images", {{"_id", "somebody's"}, {"characterId", 7}});
    EXPECT_EQ(store.reserved->finish_begun(), 1u);
    EXPECT_FALSE(store.images->find("lost"));
    EXPECT_TRUE(store.images->find("i"));
    stored("images", {{"_id", "somebody's"}});
}

TEST_F(mongo_database, knows_no_age_of_a_reservation_that_an_older_program_made) {
    const auto store = open();
    insert("medusa_claims", {{"_id", "old"}, {"id", 5}, {"userId", "local"}, {"slug", "luna"}});
    const auto found = store.reserved->unused().at(0);
    EXPECT_EQ(found.asked_at, time_point{});
    EXPECT_TRUE(store.reserved->release_unused(found));
    EXPECT_TRUE(store.reserved->unused().empty());
}

TEST_F(mongo_database, with_a_damaged_record_names_it) {
    const auto store = open();
    for (const auto* job : {"a", "b"}) {
        const auto held = store.reserved->reserve(job, anna, "luna");
        store.characters->save(record_for(job, anna, held, "Luna"));
    }
    run({{"update", "characters"},
         {"updates", {{{"q", {{"_id", "b"}}}, {"u", {{"$set", {{"name", 5}}}}}}}}});
    std::vector<std::int64_t> left_out;
    EXPECT_EQ(store.characters->list({.damaged = &left_out}).size(), 1u);
    EXPECT_EQ(left_out, std::vector<std::int64_t>{123457});
    try {
        store.characters->find(123457);
        ADD_FAILURE() << "the damage was not seen";
    } catch (const error& reason) {
        EXPECT_EQ(reason.code(), errc::corrupted);
        EXPECT_NE(reason.detail().find("character 123457"), std::string::npos) << reason.what();
    }
    EXPECT_TRUE(store.characters->remove(123457));
}

TEST_F(mongo_database, with_damage_among_webhooks_keeps_the_others_going) {
    const auto store = open();
    for (const auto* id : {"damaged", "sound"}) {
        store.webhooks->add({id, anna, "https://hooks.example/", {}, "whsec_AAAA", {}, {}});
        webhook_delivery one;
        one.id = one.endpoint_id = id;
        store.outbox->tell({}, {&one, 1});
    }
    for (const auto* collection : {"medusa_webhooks", "medusa_deliveries"})
        run({{"update", collection},
             {"updates",
              {{{"q", {{"_id", "damaged"}}}, {"u", {{"$set", {{"url", 5}, {"body", 5}}}}}}}}});
    insert("medusa_deliveries",
           {{"_id", "odd"}, {"endpointId", "sound"}, {"sequence", 1'000'000'000'000'000'000}});
    insert("medusa_jobs", {{"_id", "damaged"}, {"sequence", 1}, {"outbox", json::array{5}}});
    insert("medusa_jobs", {{"_id", "sound"},
                           {"sequence", 2},
                           {"userId", "local"},
                           {"outbox", {{{"state", "done"}, {"revision", 1}, {"atMs", 0}}}}});
    ASSERT_EQ(store.webhooks->list({}).size(), 1u);
    EXPECT_EQ(store.webhooks->list({})[0].id, "sound");
    EXPECT_EQ(store.outbox->due({}, {})->id, "sound");
    ASSERT_EQ(store.outbox->list("sound", {}, 2).size(), 1u);
    EXPECT_EQ(store.outbox->untold(1).at(0).job_id, "sound");
    EXPECT_EQ(code_of([&] { store.webhooks->find("damaged"); }), errc::corrupted);
}

TEST_F(mongo_database, with_a_damaged_image_names_it) {
    const auto store = open();
    const auto held = store.reserved->reserve("a", anna, "luna");
    for (const auto* id : {"i", "j"}) store.images->save(image_for(id, held.id));
    run({{"update", "images"},
         {"updates", {{{"q", {{"_id", "i"}}}, {"u", {{"$set", {{"type", 5}}}}}}}}});
    std::vector<std::string> left_out;
    EXPECT_EQ(store.images->of_character(held.id, &left_out), std::vector{image_for("j", held.id)});
    EXPECT_EQ(left_out, std::vector<std::string>{"i"});
    EXPECT_THROW(store.images->of_character(held.id), error);
}

}  // namespace
}  // namespace medusa
