// What every store adapter tells of changes and of words; part of the store contract.
#include <algorithm>
#include <map>

#include "contract/store_contract.hpp"

namespace medusa {
namespace {

using ids = std::vector<std::int64_t>;

// Everything that is told above `sequence`, in pages of two.
std::vector<character_change_note> all_after(const stores& store, std::int64_t sequence) {
    std::vector<character_change_note> told;
    for (;;) {
        const auto page = store.feed->after(sequence, 2);
        if (page.empty()) return told;
        EXPECT_LE(page.size(), 2u);
        for (const auto& one : page) {
            EXPECT_GT(one.sequence, sequence);
            sequence = one.sequence;
            told.push_back(one);
        }
    }
}

ids changed_after(const stores& store, std::int64_t sequence) {
    ids found;
    for (const auto& one : all_after(store, sequence)) found.push_back(one.character_id);
    return found;
}

character described(const stores& store, const std::string& job, const owner_info& owner,
                    const std::string& name, const std::string& description,
                    const std::vector<std::string>& tags = {}, const std::string& style = "anime") {
    const auto held = store.reserved->reserve(job, owner, name);
    auto record = record_for(job, owner, held, name);
    record.name = name;
    record.description = description;
    record.tags = {};
    record.tags.personality = tags;
    record.traits = {};
    record.style = style;
    store.characters->save(record);
    return record;
}

ids saying(const stores& store, const std::vector<std::string>& words,
           const std::vector<std::string>& tags = {}) {
    return store.words->saying({.words = words, .user_id = anna.user_id, .tags = tags});
}

TEST_P(store_contract, a_store_without_characters_tells_of_no_change) {
    EXPECT_EQ(store_.feed->newest(), 0);
    EXPECT_TRUE(store_.feed->after(0, 10).empty());
    EXPECT_FALSE(store_.feed->store_id().empty());
}

TEST_P(store_contract, a_store_is_itself_also_to_the_next_process) {
    const auto id = store_.feed->store_id();
    const auto luna = make(store_, "luna", anna, "luna");
    const auto newest = store_.feed->newest();
    store_ = {};
    store_ = open();
    EXPECT_EQ(store_.feed->store_id(), id);
    EXPECT_EQ(store_.feed->newest(), newest);
    EXPECT_EQ(changed_after(store_, 0), ids{luna.id});
    testing_support::scratch_folder elsewhere;
    EXPECT_NE(GetParam().open(elsewhere.path()).feed->store_id(), id);
}

TEST_P(store_contract, every_way_of_changing_a_character_is_told) {
    const auto luna = make(store_, "luna", anna, "luna");
    const auto sol = make(store_, "sol", ben, "sol");
    EXPECT_EQ(changed_after(store_, 0), (ids{luna.id, sol.id}));

    auto at = store_.feed->newest();
    auto renamed = luna;
    renamed.name = "Lunara";
    renamed.version = 2;
    ASSERT_TRUE(store_.characters->update(luna, renamed));
    EXPECT_EQ(changed_after(store_, at), ids{luna.id});

    at = store_.feed->newest();
    renamed.description = "a knight";
    store_.characters->save(renamed);
    EXPECT_EQ(changed_after(store_, at), ids{luna.id});

    at = store_.feed->newest();
    const auto held = store_.reserved->reserve("zara", anna, "zara");
    const auto zara = record_for("zara", anna, held, "zara");
    ASSERT_TRUE(store_.characters->create(zara, image_for("zara-avatar", zara.id)));
    EXPECT_EQ(changed_after(store_, at), ids{zara.id});

    at = store_.feed->newest();
    ASSERT_TRUE(store_.characters->remove(sol.id));
    EXPECT_EQ(changed_after(store_, at), ids{sol.id});
    EXPECT_FALSE(store_.characters->find(sol.id));

    // Of each the newest alone, so that a follower from the start has no more to do than needed.
    auto whole = changed_after(store_, 0);
    std::sort(whole.begin(), whole.end());
    EXPECT_EQ(whole, (ids{luna.id, sol.id, zara.id}));
}

TEST_P(store_contract, a_number_of_a_change_is_never_given_again) {
    make(store_, "luna", anna, "luna");
    const auto sol = make(store_, "sol", anna, "sol");
    const auto before = store_.feed->newest();
    ASSERT_TRUE(store_.characters->remove(sol.id));
    EXPECT_GT(store_.feed->newest(), before);
    make(store_, "zara", anna, "zara");
    EXPECT_GT(store_.feed->newest(), before + 1);
}

TEST_P(store_contract, characters_are_found_by_words_of_their_name_tags_and_description) {
    const auto luna = described(store_, "1", anna, "Luna", "a shy android who plays music");
    const auto sol = described(store_, "2", anna, "Sol", "a brave knight", {"stubborn"});
    described(store_, "3", ben, "Luna", "a shy android of somebody else");
    EXPECT_EQ(saying(store_, {"luna"}), ids{luna.id});
    EXPECT_EQ(saying(store_, {"android"}), ids{luna.id});
    EXPECT_EQ(saying(store_, {"stubborn"}), ids{sol.id});
    EXPECT_TRUE(saying(store_, {"pirate"}).empty());
    EXPECT_TRUE(saying(store_, {}).empty());
    auto both = saying(store_, {"knight", "android"});
    std::sort(both.begin(), both.end());
    EXPECT_EQ(both, (ids{luna.id, sol.id}));
}

TEST_P(store_contract, names_can_be_searched_alone) {
    const auto rose = described(store_, "1", anna, "Rose Hunter", "a knight");
    described(store_, "2", anna, "Sol", "a hunter with a rose", {"rose"});
    EXPECT_EQ(store_.words->saying(
                  {.words = {"rose", "knight"}, .user_id = "local", .tags = {}, .in_names = true}),
              ids{rose.id});
}

TEST_P(store_contract, who_says_more_of_the_words_comes_first) {
    described(store_, "1", anna, "Ada", "a knight with a sword");
    const auto both = described(store_, "2", anna, "Bea", "a shy knight with a harp");
    described(store_, "3", anna, "Cleo", "a shy baker");
    const auto found = saying(store_, {"shy", "knight", "harp"});
    ASSERT_EQ(found.size(), 3u);
    EXPECT_EQ(found.front(), both.id);
    EXPECT_EQ(
        store_.words->saying({.words = {"shy", "knight", "harp"}, .user_id = "local", .limit = 1}),
        ids{both.id});
}

TEST_P(store_contract, a_search_for_words_keeps_to_style_and_tags) {
    const auto luna = described(store_, "1", anna, "Luna", "a knight", {"shy", "Wise"}, "anime");
    const auto sol = described(store_, "2", anna, "Sol", "a knight", {"shy"}, "fantasy");
    EXPECT_EQ(saying(store_, {"knight"}, {"shy"}).size(), 2u);
    EXPECT_EQ(saying(store_, {"knight"}, {"shy", "wise"}), ids{luna.id});
    EXPECT_EQ(store_.words->saying({.words = {"knight"}, .user_id = "local", .style = "fantasy"}),
              ids{sol.id});
}

TEST_P(store_contract, words_follow_what_a_record_says_now) {
    const auto luna = described(store_, "1", anna, "Luna", "a shy android");
    auto changed = luna;
    changed.description = "a proud queen";
    changed.version = 2;
    ASSERT_TRUE(store_.characters->update(luna, changed));
    EXPECT_TRUE(saying(store_, {"android"}).empty());
    EXPECT_EQ(saying(store_, {"queen"}), ids{luna.id});
    ASSERT_TRUE(store_.characters->remove(luna.id));
    EXPECT_TRUE(saying(store_, {"queen"}).empty());
}

TEST_P(store_contract, words_of_other_scripts_and_of_query_languages_do_no_harm) {
    const auto vera = described(store_, "1", anna, "Вера", "добрая колдунья и NEAR всем");
    EXPECT_EQ(saying(store_, {"вера"}), ids{vera.id});
    EXPECT_EQ(saying(store_, {"near"}), ids{vera.id});
    for (const auto* odd : {"\"", "a\"b", "*", "(", "name:", "-", "'; DROP TABLE characters; --",
                            "$where", ".*", "[", "\\", "^", "NOT"})
        saying(store_, {odd});
    EXPECT_TRUE(store_.characters->find(vera.id));
}

}  // namespace
}  // namespace medusa
