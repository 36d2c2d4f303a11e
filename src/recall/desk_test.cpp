#include "recall/desk.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "asset/local/local_assets.hpp"
#include "core/error.hpp"
#include "recall/match_text.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "support/child.hpp"
#include "support/described.hpp"
#include "support/recall_on_trial.hpp"

namespace medusa {
namespace {

using namespace testing_support;
using names = std::vector<std::string>;

const owner_info ben{"other", "ben"};

class recall_story : public testing::Test {
protected:
    character make(const std::string& name, const std::string& description,
                   const std::vector<std::string>& tags = {}, const std::string& style = "anime",
                   const owner_info& owner = {"local", "anna"}) {
        return store_described(stored_, name, description, tags, style, owner);
    }

    names search(const std::string& text, recall_filter filter = {}, std::size_t limit = 10) {
        filter.user_id = "local";
        recall_.follower.catch_up();
        names found;
        for (const auto& hit : recall_.desk.search(text, filter, limit))
            found.push_back(hit.record.name);
        return found;
    }
    names similar(const std::vector<liked_character>& like,
                  const std::vector<liked_character>& unlike = {}, std::size_t limit = 10) {
        recall_.follower.catch_up();
        names found;
        for (const auto& hit : recall_.desk.similar(like, unlike, {"local"}, limit))
            found.push_back(hit.record.name);
        return found;
    }

    scratch_folder folder_;
    stores stored_ = make_sqlite_store({.file = folder_.path() / "medusa.db"});
    std::unique_ptr<asset_store> assets_ =
        make_local_asset_store(folder_.path() / "assets", "/assets/");
    word_embedder vectors_;
    recall_on_trial recall_{stored_, *assets_, folder_.path(), vectors_};
};

template <class Action>
std::optional<errc> refusal(const Action& act) {
    try {
        act();
    } catch (const error& reason) {
        return reason.code();
    }
    return std::nullopt;
}

TEST_F(recall_story, the_best_match_comes_first_and_says_why) {
    make("Sol", "a brave knight with black hair");
    make("Luna", "a shy android with silver hair who plays music");
    recall_.follower.catch_up();
    const auto hits =
        recall_.desk.search("a shy silver-haired android playing music", {"local"}, 10);
    ASSERT_FALSE(hits.empty());
    EXPECT_EQ(hits[0].record.name, "Luna");
    EXPECT_GT(hits[0].score, 0.9);
    EXPECT_LE(hits[0].score, 1.0);
    EXPECT_GT(hits[0].similarity, 0.3);
    const auto& [record, score, similarity, words, shared] = hits[0];
    for (const auto* word : {"shy", "android", "playing", "music"})
        EXPECT_NE(std::find(words.begin(), words.end(), word), words.end()) << word;
    for (const auto* trait : {"silver hair", "android", "shy"})
        EXPECT_NE(std::find(shared.begin(), shared.end(), trait), shared.end()) << trait;
}

TEST_F(recall_story, names_and_tags_are_found_although_no_meaning_is_near) {
    for (int i = 0; i < 30; ++i)
        make("Guard " + std::to_string(i),
             "a guard of the northern gate number " + std::to_string(i));
    make("Quillon", "somebody of whom nothing is known", {"enigmatic"});
    EXPECT_EQ(search("quillon").front(), "Quillon");
    EXPECT_EQ(search("enigmatic").front(), "Quillon");
}

TEST_F(recall_story, one_word_of_many_counts_for_little) {
    make("Esther", "a captain with an eyepatch");
    make("Reyes", "somebody who flies a spaceship, and its captain");
    EXPECT_EQ(search("captain of a spaceship").front(), "Reyes");
    // "anime" and "animals" have one stem to the store, and are two words.
    make("Nyx", "a thief drawn as anime, anime, anime");
    recall_.follower.catch_up();
    for (const auto& hit : recall_.desk.search("animals", {"local"}, 10)) {
        EXPECT_TRUE(hit.words.empty()) << hit.record.name;
        EXPECT_LE(hit.score, 0.5) << "nobody says it";
    }
}

TEST_F(recall_story, two_words_may_be_one) {
    make("Sol", "a man with green eyes");
    make("Esther", "a man with an eyepatch");
    EXPECT_EQ(search("man with an eye patch").front(), "Esther");
    recall_.follower.catch_up();
    EXPECT_EQ(recall_.desk.search("eye-patch", {"local"}, 1).at(0).words, (names{"eye", "patch"}));
}

TEST_F(recall_story, whom_pictures_are_for_is_no_word_to_be_found_by) {
    auto general = make("Ostrava", "a general of the army");
    make("Luna", "an elf");
    recall_.follower.catch_up();
    for (const auto& hit : recall_.desk.search("general", {"local"}, 10))
        EXPECT_EQ(hit.words.empty(), hit.record.id != general.id) << hit.record.name;
}

TEST_F(recall_story, style_and_tags_keep_others_out) {
    make("Luna", "a knight", {"wise", "Shy"}, "anime");
    make("Sol", "a knight", {"wise"}, "fantasy");
    EXPECT_EQ(search("knight").size(), 2u);
    EXPECT_EQ(search("knight", {.user_id = {}, .style = "fantasy"}), names{"Sol"});
    make("Nova", "a glazier", {}, "fantasy");  // the index has not seen her yet, only the words
    EXPECT_EQ(recall_.desk.search("glazier", {"local", "Fantasy"}, 10).size(), 2u);
    EXPECT_EQ(search("knight", {.user_id = {}, .tags = {"WISE", "shy"}}), names{"Luna"});
    EXPECT_TRUE(search("knight", {.user_id = {}, .tags = {"rude"}}).empty());
    EXPECT_EQ(search("knight", {}, 1).size(), 1u);
}

TEST_F(recall_story, nobody_elses_characters_are_found) {
    make("Luna", "a shy android", {}, "anime", ben);
    const auto sol = make("Sol", "a shy android");
    EXPECT_EQ(search("shy android"), names{"Sol"});
    EXPECT_TRUE(similar({{sol.id}}).empty());
}

TEST_F(recall_story, who_was_removed_is_not_found_also_before_the_index_knows) {
    make("Luna", "a shy android");
    const auto sol = make("Sol", "a shy android");
    EXPECT_EQ(search("android").size(), 2u);
    ASSERT_TRUE(stored_.characters->remove(sol.id));
    const auto hits = recall_.desk.search("android", {"local"}, 10);
    ASSERT_EQ(hits.size(), 1u);
    EXPECT_EQ(hits[0].record.name, "Luna");
}

TEST_F(recall_story, a_search_that_says_nothing_or_far_too_much_is_refused) {
    std::string long_text;
    for (int i = 0; i < 10'000; ++i) long_text += "word ";
    for (const auto& text : {std::string(), std::string("  \t "), std::string("\u200b"), long_text,
                             std::string("a\0b", 3), std::string("\xff\xfe")})
        EXPECT_EQ(refusal([&] { search(text); }), errc::invalid_argument) << text.substr(0, 20);
}

TEST_F(recall_story, odd_searches_find_what_they_can_and_break_nothing) {
    make("Вера", "добрая колдунья");
    make("Luna", "a shy android");
    for (const auto* text :
         {"добрая колдунья", "\"luna\" OR name:*", "'; DROP TABLE characters; --", "NEAR(a b)",
          "🙂🙂", "$where: {}", "剣士", "who is she", "-", "*"})
        EXPECT_LE(search(text).size(), 2u) << text;
    EXPECT_EQ(search("колдунья").front(), "Вера");
}

TEST_F(recall_story, more_like_these_and_less_like_that) {
    const auto knight = make("Ada", "a knight in shining armour with a sword");
    const auto baker = make("Bea", "a baker who bakes bread in a village");
    make("Cleo", "a knight with a sword and a horse");
    make("Dana", "a baker with a bread oven and a horse");
    make("Eve", "a knight who bakes bread with a sword");
    EXPECT_EQ(similar({{knight.id}}).front(), "Cleo");
    EXPECT_EQ(similar({{knight.id}, {baker.id}}).front(), "Eve");
    EXPECT_EQ(similar({{knight.id}}, {{baker.id}}).front(), "Cleo");
    for (const auto& name : similar({{knight.id}, {baker.id}}))
        EXPECT_TRUE(name != "Ada" && name != "Bea");
    EXPECT_EQ(refusal([&] { similar({{999'999}}); }), errc::not_found);
    const auto others = make("Fay", "a knight", {}, "anime", ben);
    EXPECT_EQ(refusal([&] { similar({{others.id}}); }), errc::not_found);
    EXPECT_EQ(refusal([&] { similar({{knight.id}}, {{others.id}}); }), errc::not_found);
    EXPECT_EQ(refusal([&] { similar({{knight.id}}, {{knight.id, 2}}); }), errc::invalid_argument);
}

TEST_F(recall_story, twins_do_not_crowd_out_everybody_else) {
    const auto luna = make("Luna", "an elf mage with a robe and a staff");
    for (int i = 0; i < 6; ++i)
        make("Twin " + std::to_string(i), "an elf mage with a robe and a staff");
    make("Sol", "an elf ranger with a robe, a staff and a bow");
    const auto found = similar({{luna.id}}, {}, 3);
    EXPECT_NE(std::find(found.begin(), found.end(), "Sol"), found.end());
}

TEST_F(recall_story, a_new_character_that_is_one_already_is_told) {
    const auto luna = make("Luna", "an elf mage with silver hair, a robe and a staff in a forest");
    make("Sol", "a knight with black hair");
    make("Ben's", "an elf mage with silver hair, a robe and a staff in a forest", {}, "anime", ben);
    recall_.follower.catch_up();
    auto twin = luna;
    twin.id = 0;
    const auto found = recall_.desk.too_similar(twin);
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].record.id, luna.id);
    twin.name = "Seraphina";  // by whatever name
    EXPECT_EQ(recall_.desk.too_similar(twin).size(), 1u);
    twin.description = "a pirate captain who fears the sea";
    EXPECT_TRUE(recall_.desk.too_similar(twin).empty());
}

TEST(match_text, ids_come_with_weights) {
    const std::string good[] = {"123456", "7:2.5", "0:100"};
    const auto liked = liked_in(good);
    ASSERT_EQ(liked.size(), 3u);
    EXPECT_EQ(liked[0].id, 123456);
    EXPECT_EQ(liked[0].weight, 1);
    EXPECT_EQ(liked[1].weight, 2.5);
    for (const std::string bad : {"", "x", "1:", "1:0", "1:-1", "1:101", "1:nan", "1:inf", "-1",
                                  "1:2:3", "99999999999999999999", "1 ", "1:1e999"})
        EXPECT_EQ(refusal([&] { liked_in({&bad, 1}); }), errc::invalid_argument) << bad;
}

}  // namespace
}  // namespace medusa
