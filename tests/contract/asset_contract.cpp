#include "contract/asset_contract.hpp"

#include <fmt/format.h>

#include <thread>

#include "core/error.hpp"

namespace medusa {
namespace {

using namespace std::string_literals;

const std::vector<std::string> nasty_parts = {"",
                                              ".",
                                              "..",
                                              "...",
                                              "....",
                                              ". .",
                                              ".. ",
                                              " ..",
                                              "..\\",
                                              "\\..",
                                              "..\\..\\etc",
                                              "~",
                                              "~root",
                                              "a\0b"s,
                                              "\0"s,
                                              "..\0"s,
                                              "%2e%2e",
                                              "%2e%2e%2f",
                                              "%252e%252e",
                                              "..%2f",
                                              "..%c0%af",
                                              "..%00",
                                              "\xc0\xae\xc0\xae",
                                              "\xc0\xaf",
                                              "．．",
                                              "‥",
                                              "a/../../b",
                                              "../..",
                                              "../../etc/passwd",
                                              "/etc/passwd",
                                              "//etc",
                                              "C:",
                                              "C:\\Windows",
                                              "con",
                                              "CON",
                                              "nul.png",
                                              "aux.",
                                              "lpt1",
                                              "file:",
                                              "file:///etc/passwd",
                                              "a:b",
                                              "a|b",
                                              "a*b",
                                              "a?b",
                                              "a<b>",
                                              "a\"b",
                                              "a'b",
                                              "a;b",
                                              "$(touch x)",
                                              "`touch x`",
                                              "$HOME",
                                              "&&",
                                              "-rf",
                                              "--help",
                                              "trailing.",
                                              "trailing ",
                                              " leading",
                                              "tab\there",
                                              "line\nbreak",
                                              "\r",
                                              "\x1b[31m",
                                              "\x7f",
                                              "Луна",
                                              "月",
                                              "🌙",
                                              "\u202Egnp.exe",
                                              "\u200B",
                                              "e\u0301",
                                              "Å",
                                              "ﬀ",
                                              "ﾟ",
                                              "\xff\xfe",
                                              "UPPER",
                                              "MiXeD",
                                              "a b",
                                              "x.part",
                                              ".part",
                                              "a\\b",
                                              "a//b",
                                              "./a",
                                              "a/.",
                                              "a/..",
                                              "a/",
                                              "/a",
                                              ".git",
                                              ".htaccess",
                                              std::string(200, 'x'),
                                              std::string(201, 'x'),
                                              std::string(4'096, 'x'),
                                              std::string(65'536, '.'),
                                              std::string(2'000, '/')};

}  // namespace

std::vector<std::string> nasty_paths() {
    std::vector<std::string> paths;
    for (const auto* frame : {"{}", "anna/{}", "{}/x.png", "anna/characters/{}/avatar/x.png"})
        for (const auto& part : nasty_parts)
            paths.push_back(fmt::format(fmt::runtime(frame), part));
    return paths;
}

namespace {

constexpr auto avatar = "anna/characters/luna/avatar/x.png";

template <typename action>
errc code_of(const action& act) {
    try {
        act();
    } catch (const error& reason) {
        return reason.code();
    }
    ADD_FAILURE() << "nothing was refused";
    return errc::internal;
}

TEST_P(asset_contract, bytes_come_back_as_they_went) {
    std::string bytes;
    for (int i = 0; i < 300'000; ++i) bytes += char(i * 7);
    const auto stored = assets_->put(avatar, bytes);
    EXPECT_EQ(assets_->get(avatar), bytes);
    EXPECT_EQ(GetParam().open(folder_.path() / "root")->get(avatar), bytes);
    EXPECT_TRUE(stored.url.ends_with(avatar)) << stored.url;
    EXPECT_TRUE(assets_->locate(avatar).url.ends_with(avatar)) << assets_->locate(avatar).url;
    EXPECT_EQ(stored.local_path, assets_->locate(avatar).local_path);
}

TEST_P(asset_contract, nothing_at_all_is_no_asset) {
    EXPECT_EQ(code_of([&] { assets_->put(avatar, ""); }), errc::invalid_argument);
    EXPECT_FALSE(assets_->get(avatar));
    EXPECT_TRUE(assets_->list("").empty());
}

TEST_P(asset_contract, nothing_there_is_nothing) {
    EXPECT_FALSE(assets_->get(avatar));
    EXPECT_TRUE(assets_->list("anna").empty());
    EXPECT_TRUE(assets_->list("").empty());
    assets_->remove(avatar);
    assets_->put(avatar, "x");
    EXPECT_FALSE(assets_->get("anna/characters/luna")) << "a folder is no asset";
    EXPECT_FALSE(assets_->get("anna/characters/luna/avatar/x.png/below"));
    assets_->remove("anna/characters/luna/avatar/x.png/below");
    assets_->remove("anna/characters/luna");
    EXPECT_EQ(assets_->get(avatar), "x");
}

TEST_P(asset_contract, the_same_bytes_again_are_fine_and_others_are_a_conflict) {
    assets_->put(avatar, "one");
    assets_->put(avatar, "one");
    EXPECT_EQ(code_of([&] { assets_->put(avatar, "two"); }), errc::conflict);
    EXPECT_EQ(assets_->get(avatar), "one");
    assets_->put(avatar, "two", if_present::replace);
    EXPECT_EQ(assets_->get(avatar), "two");
}

TEST_P(asset_contract, a_removed_asset_is_gone) {
    assets_->put(avatar, "one");
    assets_->remove(avatar);
    EXPECT_FALSE(assets_->get(avatar));
    assets_->put(avatar, "two");
    EXPECT_EQ(assets_->get(avatar), "two");
}

TEST_P(asset_contract, lists_what_lies_below_a_folder_sorted) {
    for (const auto* path : {"b/2", "a/c/1", "a/2", "ab/1", "a/c/d/3"}) assets_->put(path, "x");
    using paths = std::vector<std::string>;
    EXPECT_EQ(assets_->list("a"), (paths{"a/2", "a/c/1", "a/c/d/3"}));
    EXPECT_EQ(assets_->list("a/c"), (paths{"a/c/1", "a/c/d/3"}));
    EXPECT_EQ(assets_->list(""), (paths{"a/2", "a/c/1", "a/c/d/3", "ab/1", "b/2"}));
}

TEST_P(asset_contract, tells_how_large_and_how_old_an_asset_is) {
    using namespace std::chrono_literals;
    const auto before = system_clock().now() - 2s;  // some stores count in seconds
    assets_->put("a/x.png", "four");
    assets_->put("a/embeddings.json", "old");
    assets_->put("a/embeddings.json", "new one", if_present::replace);
    const auto found = assets_->entries("a");
    ASSERT_EQ(found.size(), 2u);
    EXPECT_EQ(found[0].path, "a/embeddings.json");
    EXPECT_EQ(found[0].bytes, 7u);
    EXPECT_EQ(found[1].path, "a/x.png");
    EXPECT_EQ(found[1].bytes, 4u);
    for (const auto& one : found) {
        EXPECT_GT(one.stored_at, before);
        EXPECT_LT(one.stored_at, system_clock().now() + 5s);
    }
}

TEST_P(asset_contract, finished_assets_are_not_taken_for_unfinished_ones) {
    assets_->put(avatar, "x");
    const auto later = system_clock().now() + std::chrono::hours(1);
    EXPECT_EQ(assets_->sweep_unfinished(later, unfinished::remove).files, 0u);
    EXPECT_EQ(assets_->get(avatar), "x");
}

TEST_P(asset_contract, eight_threads_agree_on_one_content) {
    std::vector<std::thread> writers;
    std::vector<int> stored(8);
    for (int t = 0; t < 8; ++t)
        writers.emplace_back([&, t] {
            for (int i = 0; i < 10; ++i) assets_->put(fmt::format("same/{}", i), "same");
            try {
                assets_->put("contested/x", std::to_string(t));
                stored[std::size_t(t)] = 1;
            } catch (const error& reason) {
                EXPECT_EQ(reason.code(), errc::conflict);
            }
            assets_->put("replaced/x", std::string(10'000, char('a' + t)), if_present::replace);
        });
    for (auto& writer : writers) writer.join();
    EXPECT_EQ(std::count(stored.begin(), stored.end(), 1), 1);
    const auto winner = std::find(stored.begin(), stored.end(), 1) - stored.begin();
    EXPECT_EQ(assets_->get("contested/x"), std::to_string(winner));
    EXPECT_EQ(assets_->list("same").size(), 10u);
    const auto replaced = assets_->get("replaced/x").value_or("");
    EXPECT_EQ(replaced, std::string(10'000, replaced.empty() ? '?' : replaced[0]));
}

TEST_P(asset_contract, a_path_of_another_form_is_refused_everywhere) {
    int good = 0;
    int refused = 0;
    for (const auto& path : nasty_paths()) {
        try {
            assets_->put(path, "x", if_present::replace);
            ++good;
            EXPECT_EQ(assets_->get(path), "x") << path;
            assets_->remove(path);
        } catch (const error& reason) {
            ++refused;
            EXPECT_EQ(reason.code(), errc::invalid_argument) << path << ": " << reason.what();
            EXPECT_EQ(code_of([&] { assets_->get(path); }), errc::invalid_argument) << path;
            EXPECT_EQ(code_of([&] { assets_->remove(path); }), errc::invalid_argument) << path;
            EXPECT_EQ(code_of([&] { assets_->locate(path); }), errc::invalid_argument) << path;
        }
    }
    EXPECT_GE(good + refused, 200);
    EXPECT_GE(refused, 200);
    EXPECT_GT(good, 20) << "the corpus holds harmless names as well";
}

TEST_P(asset_contract, the_check_leaves_nothing_behind) {
    EXPECT_FALSE(assets_->check().empty());
    EXPECT_TRUE(assets_->list("").empty());
}

}  // namespace
}  // namespace medusa
