// Documents as other programs left them (tests/data/original_documents.jsonl, in MongoDB's extended
// JSON): each is read as far as it says what a record says, and loses nothing when it is replaced.
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <set>

#include "contract/store_contract.hpp"
#include "core/files.hpp"
#include "core/text.hpp"
#include "store/mongo/mongo_store.hpp"
#include "support/mongo_server.hpp"

namespace medusa {
namespace {

namespace json = boost::json;
using testing_support::run_on_mongo;

constexpr std::size_t fixture_bytes_max = 1 << 20;
constexpr std::size_t documents = 50;

std::vector<json::object> fixture() {
    std::vector<json::object> rows;
    const auto text =
        read_file(MEDUSA_ROOT "/tests/data/original_documents.jsonl", fixture_bytes_max);
    for (const auto& line : split(text, '\n'))
        if (!line.empty()) rows.push_back(json::parse(line).as_object());
    return rows;
}

json::array array_of(const std::vector<std::string>& list) {
    return json::array(list.begin(), list.end());
}

// Every field that a row of the fixture may say something of.
json::object facts_of(const character& record) {
    return {
        {"id", record.id},
        {"name", record.name},
        {"description", record.description},
        {"avatar", record.avatar},
        {"mainTrait", record.traits.main_trait},
        {"subTraits", array_of(record.traits.sub_traits)},
        {"personality", array_of(record.tags.personality)},
        {"genre", array_of(record.tags.genre)},
        {"seed", record.generation.seed},
        {"characterSeed", record.character_seed},
        {"steps", record.generation.settings.steps},
        {"width", record.generation.settings.width},
        {"embeddingsUrl", record.embeddings.url},
        {"dimension", record.embeddings.dimension},
        {"userId", record.owner.user_id},
        {"username", record.owner.username},
        {"createdAt", to_rfc3339(record.created_at)},
    };
}

class original_documents : public testing::Test {
protected:
    void SetUp() override {
        ASSERT_EQ(rows_.size(), documents);
        json::array all;
        for (const auto& row : rows_) all.push_back(row.at("document"));
        run_on_mongo(uri_, json::serialize(json::object{{"insert", "characters"},
                                                        {"documents", std::move(all)}}));
        store_ = make_mongo_store({.uri = uri_});
    }

    json::object raw(const json::value& document_id) const {
        const auto answer = json::parse(
            run_on_mongo(uri_, json::serialize(json::object{{"find", "characters"},
                                                            {"filter", {{"_id", document_id}}}})));
        return answer.at("cursor").at("firstBatch").at(0).as_object();
    }

    std::vector<json::object> rows_ = fixture();
    testing_support::scratch_folder folder_;
    std::string uri_ = testing_support::mongo_uri_for(folder_.path());
    stores store_;
};

TEST_F(original_documents, are_read_as_far_as_they_say_what_a_record_says) {
    for (const auto& row : rows_) {
        const auto& expected = row.at("expect").as_object();
        const auto found = store_.characters->find(expected.at("id").to_number<std::int64_t>());
        ASSERT_TRUE(found) << row.at("what");
        const auto facts = facts_of(*found);
        for (const auto& [name, value] : expected) {
            // Compared as text: 6 and 6.0, signed and unsigned are the same number.
            EXPECT_EQ(json::serialize(facts.at(name)), json::serialize(value))
                << row.at("what") << ", " << name;
        }
    }
}

TEST_F(original_documents, are_listed_with_all_others_newest_first) {
    std::vector<std::int64_t> damaged;
    const auto all = store_.characters->list({.limit = 1'000, .damaged = &damaged});
    EXPECT_EQ(all.size(), documents);
    EXPECT_TRUE(damaged.empty());
    for (std::size_t i = 1; i < all.size(); ++i) EXPECT_GT(all[i - 1].id, all[i].id);

    std::vector<character> by_page;
    character_query page{.limit = 7};
    for (auto found = store_.characters->list(page); !found.empty();
         found = store_.characters->list(page)) {
        by_page.insert(by_page.end(), found.begin(), found.end());
        page.before_id = found.back().id;
    }
    EXPECT_EQ(by_page, all);
}

TEST_F(original_documents, are_found_by_their_tags_in_any_shape_and_case) {
    const auto found = [&](const char* tag) {
        std::set<std::string> names;
        for (const auto& record : store_.characters->list({.tag = tag, .limit = 1'000}))
            names.insert(std::to_string(record.id));
        return names.size();
    };
    EXPECT_EQ(found("shy"), 1u) << "under the older name";
    EXPECT_GE(found("FANTASY"), 20u);
    EXPECT_EQ(found("fant"), 0u);
    EXPECT_EQ(found(".*"), 0u);
}

TEST_F(original_documents, keep_what_medusa_has_no_word_for_when_they_are_replaced) {
    const std::set<std::string_view> ours = {
        "name",         "avatar",          "description", "personalityTraits",
        "selectedTags", "imageGeneration", "owner",       "embeddings",
        "id",           "createdAt",       "updatedAt",   "slug"};
    for (const auto& row : rows_) {
        const auto& original = row.at("document").as_object();
        auto record = *store_.characters->find(row.at("expect").at("id").to_number<std::int64_t>());
        const auto before = raw(original.at("_id"));
        record.name += " the Second";
        store_.characters->save(record);
        const auto after = raw(original.at("_id"));
        for (const auto& [name, value] : before)
            if (!ours.contains(name)) {
                EXPECT_EQ(after.at(name), value) << row.at("what");
            }
        EXPECT_EQ(after.at("name"), json::value(record.name)) << row.at("what");
        EXPECT_EQ(store_.characters->find(record.id), record) << row.at("what");
    }
    EXPECT_EQ(store_.characters->list({.limit = 1'000}).size(), documents);
    const auto inner = raw(rows_[6].at("document").at("_id")).at("embeddings").as_object();
    EXPECT_TRUE(inner.contains("vector") && inner.contains("updated"))
        << "unknown fields inside known ones stay as well";
}

TEST_F(original_documents, can_be_removed_and_have_new_ones_beside_them) {
    const auto first = rows_[0].at("expect").at("id").to_number<std::int64_t>();
    EXPECT_TRUE(store_.characters->remove(first));
    EXPECT_FALSE(store_.characters->find(first));
    EXPECT_EQ(store_.reserved->reserve("job", {"u-17", "anna"}, "luna"),
              (reservation{first + std::int64_t(documents), "luna-2", "anna"}));
}

}  // namespace
}  // namespace medusa
