#include "contract/store_contract.hpp"

#include <algorithm>

#include "core/error.hpp"
#include "core/limits.hpp"

namespace medusa {
namespace {

std::vector<std::int64_t> ids_of(const std::vector<character>& records) {
    std::vector<std::int64_t> ids;
    for (const auto& record : records) ids.push_back(record.id);
    return ids;
}

TEST_P(store_contract, ids_begin_where_the_contract_says_and_grow_by_one) {
    EXPECT_EQ(make(store_, "a", anna, "luna").id, limits::first_character_id);
    EXPECT_EQ(make(store_, "b", anna, "zara").id, limits::first_character_id + 1);
    store_ = {};
    store_ = open();
    EXPECT_EQ(make(store_, "c", anna, "aria").id, limits::first_character_id + 2);
}

TEST_P(store_contract, slugs_are_unique_for_each_owner) {
    EXPECT_EQ(make(store_, "a", anna, "luna").slug, "luna");
    EXPECT_EQ(make(store_, "b", anna, "luna").slug, "luna-2");
    EXPECT_EQ(make(store_, "c", anna, "luna").slug, "luna-3");
    EXPECT_EQ(make(store_, "d", ben, "luna").slug, "luna");
    const std::string longest(60, 'x');
    EXPECT_EQ(make(store_, "e", anna, longest).slug, longest);
    EXPECT_EQ(make(store_, "f", anna, longest).slug, std::string(58, 'x') + "-2");
}

TEST_P(store_contract, a_slug_that_says_nothing_becomes_the_id) {
    EXPECT_EQ(store_.reserved->reserve("a", anna, "").slug, "character-123456");
    EXPECT_EQ(store_.reserved->reserve("b", anna, "v2").slug, "character-123457");
    EXPECT_EQ(store_.reserved->reserve("c", anna, "v").slug, "v");
    EXPECT_EQ(store_.reserved->reserve("d", anna, "v2x").slug, "v2x");
    EXPECT_EQ(store_.reserved->reserve("e", anna, "character-123461").slug, "character-123461");
    EXPECT_EQ(store_.reserved->reserve("f", anna, "").slug, "character-123461-2");
}

TEST_P(store_contract, a_job_that_asks_again_gets_the_same) {
    const auto first = store_.reserved->reserve("a", anna, "luna");
    EXPECT_EQ(store_.reserved->reserve("a", anna, "luna"), first);
    store_.characters->save(record_for("a", anna, first, "Luna"));
    EXPECT_EQ(store_.reserved->reserve("a", anna, "luna"), first);
    store_ = {};
    store_ = open();
    EXPECT_EQ(store_.reserved->reserve("a", anna, "luna"), first);
}

TEST_P(store_contract, a_reservation_alone_is_invisible) {
    const auto held = store_.reserved->reserve("a", anna, "luna");
    EXPECT_FALSE(store_.characters->find(held.id));
    EXPECT_FALSE(store_.characters->find_by_job("a"));
    EXPECT_TRUE(store_.characters->list({}).empty());
    EXPECT_FALSE(store_.characters->remove(held.id));
}

TEST_P(store_contract, a_released_reservation_frees_its_slug_but_not_its_id) {
    const auto held = store_.reserved->reserve("a", anna, "luna");
    store_.reserved->release("a");
    store_.reserved->release("never seen");
    const auto next = store_.reserved->reserve("b", anna, "luna");
    EXPECT_EQ(next.slug, "luna");
    EXPECT_GT(next.id, held.id);
}

TEST_P(store_contract, release_leaves_a_saved_character_alone) {
    const auto record = make(store_, "a", anna, "luna");
    store_.reserved->release("a");
    EXPECT_EQ(store_.characters->find(record.id), record);
    EXPECT_EQ(make(store_, "b", anna, "luna").slug, "luna-2");
}

TEST_P(store_contract, the_folder_of_a_user_stays_and_is_his_alone) {
    EXPECT_EQ(store_.reserved->user_folder({"u1", "Änna B."}), "anna-b");
    EXPECT_EQ(store_.reserved->user_folder({"u2", "anna b"}), "anna-b-2");
    EXPECT_EQ(store_.reserved->user_folder({"u3", "Anna B"}), "anna-b-3");
    EXPECT_EQ(store_.reserved->user_folder({"u1", "renamed"}), "anna-b");
    EXPECT_EQ(store_.reserved->reserve("a", {"u2", "anna b"}, "luna").user_folder, "anna-b-2");
    EXPECT_FALSE(store_.reserved->user_folder({"u4", "../../etc"}).empty());
    EXPECT_FALSE(store_.reserved->user_folder({"u5", "🌙"}).empty());
}

TEST_P(store_contract, a_record_comes_back_as_it_went) {
    const auto held = store_.reserved->reserve("a", anna, "zoe");
    auto record = record_for("a", anna, held, "Zoë 🌙 العربية \"'; DROP TABLE characters;--");
    for (std::size_t i = 0; i < limits::description_chars; ++i) record.description += "🦊";
    record.generation.prompt = std::string("line\nnul\0end", 12);
    record.generation.seed = limits::seed_max;
    record.generation.settings.cfg = 6.25;
    store_.characters->save(record);
    EXPECT_EQ(store_.characters->find(held.id), record);
    EXPECT_EQ(store_.characters->find_by_job("a"), record);
    store_ = {};
    store_ = open();
    EXPECT_EQ(store_.characters->find(held.id), record);
}

TEST_P(store_contract, saving_a_job_again_replaces_its_record) {
    auto record = make(store_, "a", anna, "luna");
    record.name = "Luna Starweaver";
    record.tags.genre = {"horror"};
    record.version = 2;
    store_.characters->save(record);
    EXPECT_EQ(store_.characters->find(record.id), record);
    EXPECT_EQ(store_.characters->list({}).size(), 1u);
    EXPECT_EQ(store_.characters->list({.tag = "horror"}).size(), 1u);
    EXPECT_TRUE(store_.characters->list({.tag = "fantasy"}).empty());
}

TEST_P(store_contract, a_record_is_updated_as_long_as_it_is_what_it_was) {
    const auto first = make(store_, "a", anna, "luna");
    auto second = first;
    second.name = "Luna Starweaver";
    second.tags.genre = {"horror"};
    second.appearance.hair_color = "black";
    second.appearance.outfit.clear();
    second.version = 2;
    auto late = first;
    late.name = "Late";
    late.version = 2;
    EXPECT_TRUE(store_.characters->update(first, second));
    EXPECT_FALSE(store_.characters->update(first, late));
    EXPECT_EQ(store_.characters->find(first.id), second);
    EXPECT_EQ(store_.characters->list({.tag = "horror"}).size(), 1u);
    EXPECT_TRUE(store_.characters->list({.tag = "fantasy"}).empty());
    store_.images->relocate(first.id, {.avatar = "elsewhere"});
    EXPECT_FALSE(store_.characters->update(second, late)) << "its files have moved meanwhile";
    store_.characters->remove(first.id);
    EXPECT_FALSE(store_.characters->update(second, late));
    EXPECT_FALSE(store_.characters->find(first.id));
}

TEST_P(store_contract, the_first_record_of_a_job_and_its_avatar_stay) {
    const auto held = store_.reserved->reserve("a", anna, "luna");
    const auto first = record_for("a", anna, held, "Luna");
    const auto avatar = image_for("i", held.id);
    EXPECT_TRUE(store_.characters->create(first, avatar));
    auto late = first;
    late.name = "Late";
    auto late_avatar = avatar;
    late_avatar.sha256 = std::string(64, 'b');
    EXPECT_FALSE(store_.characters->create(late, late_avatar));
    EXPECT_EQ(store_.characters->find(held.id), first);
    EXPECT_EQ(store_.images->of_character(held.id), std::vector{avatar});
    EXPECT_FALSE(store_.images->save(late_avatar));
    EXPECT_EQ(store_.images->find("i"), avatar);
}

TEST_P(store_contract, a_job_that_was_given_up_creates_nothing_any_more) {
    const auto held = store_.reserved->reserve("a", anna, "luna");
    const auto late = record_for("a", anna, held, "Luna");
    store_.reserved->release("a");
    EXPECT_EQ(code_of([&] { store_.characters->create(late, image_for("i", held.id)); }),
              errc::conflict);
    EXPECT_FALSE(store_.characters->find_by_job("a"));
    EXPECT_FALSE(store_.images->find("i"));
    EXPECT_EQ(store_.reserved->reserve("b", anna, "luna").slug, "luna");
    EXPECT_TRUE(store_.characters->create(record_for("c", anna, {.id = 7, .slug = "zara"}, "Zara"),
                                          image_for("j", 7), unclaimed::claims))
        << "a record from elsewhere";
}

TEST_P(store_contract, a_character_is_created_with_its_avatar_or_not_at_all) {
    const auto held = store_.reserved->reserve("a", anna, "luna");
    auto avatar = image_for("i", held.id);
    avatar.mood = "\xff";
    EXPECT_EQ(
        code_of([&] { store_.characters->create(record_for("a", anna, held, "Luna"), avatar); }),
        errc::invalid_argument);
    EXPECT_FALSE(store_.characters->find(held.id));
    EXPECT_FALSE(store_.images->find("i"));
}

TEST_P(store_contract, a_record_cannot_take_what_belongs_to_another) {
    const auto luna = make(store_, "a", anna, "luna");
    auto other = record_for("b", anna, {.id = luna.id, .slug = "new"}, "Thief");
    EXPECT_EQ(code_of([&] { store_.characters->save(other); }), errc::conflict);
    other = record_for("b", anna, {.id = luna.id + 50, .slug = "luna"}, "Thief");
    EXPECT_EQ(code_of([&] { store_.characters->save(other); }), errc::conflict);
    other = record_for("a", anna, {.id = luna.id + 50, .slug = "new"}, "Thief");
    EXPECT_EQ(code_of([&] { store_.characters->save(other); }), errc::conflict);
    EXPECT_EQ(store_.characters->list({}), std::vector{luna});
}

TEST_P(store_contract, a_record_from_elsewhere_keeps_its_id_and_later_ones_come_after_it) {
    const auto record = record_for("import", anna, {.id = 200'000, .slug = "luna"}, "Luna");
    store_.characters->save(record);
    EXPECT_EQ(store_.characters->find(200'000), record);
    const auto next = store_.reserved->reserve("a", anna, "luna");
    EXPECT_EQ(next.id, 200'001);
    EXPECT_EQ(next.slug, "luna-2");
}

TEST_P(store_contract, records_without_a_job_are_told_apart_by_their_ids) {
    auto luna = record_for("", {}, {.id = 200'000, .slug = ""}, "Luna");
    auto zara = record_for("", {}, {.id = 200'001, .slug = ""}, "Zara");
    store_.characters->save(luna);
    store_.characters->save(zara);
    luna.name = "Luna Starweaver";
    store_.characters->save(luna);
    EXPECT_EQ(store_.characters->find(200'000), luna);
    EXPECT_EQ(store_.characters->find(200'001), zara);
    EXPECT_EQ(store_.characters->list({}).size(), 2u);
    EXPECT_TRUE(store_.characters->remove(200'000));
    EXPECT_EQ(store_.characters->list({}), std::vector{zara});
}

TEST_P(store_contract, text_that_is_not_utf8_is_refused) {
    const auto held = store_.reserved->reserve("a", anna, "luna");
    const auto record = record_for("a", anna, held, "\xff\xfe");
    EXPECT_EQ(code_of([&] { store_.characters->save(record); }), errc::invalid_argument);
    EXPECT_FALSE(store_.characters->find(held.id));
}

TEST_P(store_contract, lists_newest_first_in_pages) {
    std::vector<std::int64_t> newest_first;
    for (int i = 0; i < 25; ++i)
        newest_first.insert(newest_first.begin(),
                            make(store_, std::to_string(i), anna, "luna-" + std::to_string(i)).id);
    std::vector<std::int64_t> seen;
    character_query page{.limit = 10};
    for (auto found = store_.characters->list(page); !found.empty();
         found = store_.characters->list(page)) {
        EXPECT_LE(found.size(), 10u);
        for (const auto id : ids_of(found)) seen.push_back(id);
        page.before_id = found.back().id;
    }
    EXPECT_EQ(seen, newest_first);
    EXPECT_TRUE(store_.characters->list({.limit = 0}).empty());
}

TEST_P(store_contract, lists_what_is_asked_for) {
    auto luna = make(store_, "a", anna, "luna");
    luna.tags.origin = {"Élan"};
    store_.characters->save(luna);
    const auto zara = make(store_, "b", ben, "zara");
    auto aria = make(store_, "c", anna, "aria");
    aria.style = "realistic";
    aria.traits.main_trait = "brave";
    store_.characters->save(aria);

    const auto found = [&](const character_query& wanted) {
        return ids_of(store_.characters->list(wanted));
    };
    using ids = std::vector<std::int64_t>;
    EXPECT_EQ(found({}), (ids{aria.id, zara.id, luna.id}));
    EXPECT_EQ(found({.user_id = "local"}), (ids{aria.id, luna.id}));
    EXPECT_EQ(found({.user_id = "nobody"}), ids{});
    EXPECT_EQ(found({.style = "fantasy"}), (ids{zara.id, luna.id}));
    EXPECT_EQ(found({.user_id = "local", .style = "fantasy"}), ids{luna.id});
    EXPECT_EQ(found({.tag = "silver hair"}), (ids{aria.id, zara.id, luna.id}));
    EXPECT_EQ(found({.tag = "ÉLAN"}), ids{luna.id});
    EXPECT_EQ(found({.tag = "brave"}), ids{aria.id});
    EXPECT_EQ(found({.user_id = "other", .tag = "silver hair", .before_id = zara.id}), ids{});
}

TEST_P(store_contract, finds_names_by_their_beginning) {
    const auto named = [&](const std::string& job, const owner_info& owner, std::string name) {
        auto record = make(store_, job, owner, "luna");
        record.name = std::move(name);
        store_.characters->save(record);
    };
    named("a", anna, "Luna Starweaver");
    named("b", anna, "Luna Starweaver 2");
    named("c", anna, "Luna_%");
    named("d", anna, "luna");
    named("e", ben, "Luna Starweaver");
    named("f", anna, "Zoë 🌙 2");
    using names = std::vector<std::string>;
    EXPECT_EQ(store_.characters->names("local", "Luna Star"),
              (names{"Luna Starweaver", "Luna Starweaver 2"}));
    EXPECT_EQ(store_.characters->names("local", "Luna_%"), names{"Luna_%"});
    EXPECT_EQ(store_.characters->names("local", "Zoë 🌙"), names{"Zoë 🌙 2"});
    EXPECT_EQ(store_.characters->names("local", "").size(), 5u);
}

TEST_P(store_contract, a_removed_character_takes_its_images_and_its_id_along) {
    const auto luna = make(store_, "a", anna, "luna");
    store_.images->save(image_for("i", luna.id));
    EXPECT_TRUE(store_.characters->remove(luna.id));
    EXPECT_FALSE(store_.characters->remove(luna.id));
    EXPECT_FALSE(store_.characters->find(luna.id));
    EXPECT_FALSE(store_.characters->find_by_job("a"));
    EXPECT_FALSE(store_.images->find("i"));
    EXPECT_TRUE(store_.characters->list({.tag = "fantasy"}).empty());
    store_ = {};
    store_ = open();
    EXPECT_EQ(make(store_, "b", anna, "luna").id, luna.id + 1);
}

TEST_P(store_contract, the_check_says_how_many_there_are) {
    make(store_, "a", anna, "luna");
    EXPECT_NE(store_.characters->check().find("1 character"), std::string::npos)
        << store_.characters->check();
}

}  // namespace
}  // namespace medusa
