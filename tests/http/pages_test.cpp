// Walks through lists while they change: no cursor skips or repeats anything, and none opens what
// is somebody else's. Seeded; MEDUSA_TEST_SEED repeats one walk.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cstdlib>
#include <random>
#include <set>

#include "support/service_on_trial.hpp"

namespace medusa::http {
namespace {

namespace json = boost::json;

constexpr int walks = 25;

struct page_told {
    std::vector<json::value> items;
    std::optional<std::string> next;
};

class http_pages : public testing::Test {
protected:
    page_told page(const std::string& list, std::size_t limit,
                   const std::optional<std::string>& cursor) {
        auto target = fmt::format("{}?limit={}", list, limit);
        if (cursor) target += "&cursor=" + *cursor;
        const auto reply = service_.ask("GET", target);
        EXPECT_EQ(reply.status, 200) << target << reply.body;
        const auto document = json::parse(reply.body);
        page_told told;
        for (const auto& one : document.at("items").as_array()) told.items.push_back(one);
        if (const auto* next = document.at("next").if_string()) told.next = std::string(*next);
        return told;
    }

    std::uint64_t drawn(std::uint64_t below) { return dice_() % below; }

    testing_support::service_on_trial service_;
    std::mt19937_64 dice_;
};

class walk : public http_pages {
protected:
    void add() {
        const bool ours = drawn(4) != 0;
        const owner_info owner = ours ? service_.local_user() : owner_info{"other", "ben"};
        const auto made = service_.make(owner, "luna");
        if (ours) there_.insert(made.id);
    }
    void remove() {
        if (there_.empty()) return;
        const auto one = std::next(there_.begin(), std::ptrdiff_t(drawn(there_.size())));
        EXPECT_EQ(service_.ask("DELETE", fmt::format("/api/characters/{}", *one)).status, 204);
        there_.erase(one);
    }
    void change() {
        for (auto times = drawn(4); times > 0; --times) drawn(2) == 0 ? add() : remove();
    }

    // What the list has to show of what is there now.
    std::vector<std::int64_t> expected(std::int64_t before, std::size_t limit) const {
        std::vector<std::int64_t> ids;
        for (auto id = there_.rbegin(); id != there_.rend() && ids.size() < limit; ++id)
            if (*id < before) ids.push_back(*id);
        return ids;
    }

    void once() {
        for (auto count = drawn(12); count > 0; --count) add();
        const auto at_first = there_;
        const std::size_t limit = 1 + drawn(6);
        std::set<std::int64_t> seen;
        std::int64_t last = INT64_MAX;
        std::optional<std::string> cursor;
        do {
            const auto shown = page("/api/characters", limit, cursor);
            std::vector<std::int64_t> ids;
            for (const auto& one : shown.items) ids.push_back(one.at("id").as_int64());
            ASSERT_EQ(ids, expected(last, limit));
            for (const auto id : ids) ASSERT_TRUE(seen.insert(id).second) << id << " came twice";
            if (!ids.empty()) last = ids.back();
            cursor = shown.next;
            change();
        } while (cursor);
        for (const auto id : at_first)
            ASSERT_TRUE(!there_.contains(id) || seen.contains(id)) << id << " was skipped";
    }

    std::set<std::int64_t> there_;  // of the local user
};

TEST_F(walk, shows_everything_once_whatever_comes_and_goes_meanwhile) {
    const char* wanted = std::getenv("MEDUSA_TEST_SEED");
    const std::uint64_t first = wanted ? std::strtoull(wanted, nullptr, 10) : 1;
    for (auto seed = first; seed < first + (wanted ? 1 : walks) && !HasFatalFailure(); ++seed) {
        SCOPED_TRACE(fmt::format("MEDUSA_TEST_SEED={}", seed));
        dice_.seed(seed);
        once();
    }
}

TEST_F(http_pages, of_jobs_show_everything_once_while_more_are_added) {
    const auto submit = [&] {
        submission asked;
        asked.owner = service_.local_user();
        character_request wish;
        wish.draft.name = "Luna";
        wish.draft.description = "An elf";
        service_.queue().submit(asked, {{.request = wish}});
    };
    for (int i = 0; i < 11; ++i) submit();
    std::set<std::string> at_first;
    for (const auto& one : page("/api/jobs", 100, std::nullopt).items)
        at_first.emplace(one.at("id").as_string());
    ASSERT_EQ(at_first.size(), 11u);
    std::multiset<std::string> seen;
    std::optional<std::string> cursor;
    do {
        const auto shown = page("/api/jobs", 3, cursor);
        for (const auto& one : shown.items) seen.emplace(one.at("id").as_string());
        cursor = shown.next;
        submit();
    } while (cursor);
    EXPECT_EQ(std::set(seen.begin(), seen.end()), at_first);
    EXPECT_EQ(seen.size(), at_first.size());
}

TEST_F(http_pages, a_cursor_that_is_none_of_ours_is_refused) {
    for (const char* cursor :
         {"", "b", "B7", "7", "b-7", "b%2B7", "b%207", "b7%20", "b7x", "b7.0", "b0x7", "bb7",
          "b7b7", "b99999999999999999999", "b%EF%BC%97", "null", "c7", "b1e3", "b7,8"})
        for (const char* list : {"/api/characters", "/api/jobs"}) {
            const auto told = service_.ask("GET", fmt::format("{}?cursor={}", list, cursor));
            EXPECT_EQ(told.status, 400) << cursor;
            EXPECT_NE(told.body.find("cursor"), std::string::npos) << cursor;
        }
}

TEST_F(http_pages, a_cursor_that_was_made_up_shows_nothing_of_others) {
    const auto bens = service_.make({"other", "ben"}, "luna");
    const auto ours = service_.make(service_.local_user(), "luna");
    for (const std::int64_t made_up : {ours.id + 1, bens.id + 1, INT64_MAX, std::int64_t{0}})
        for (const auto& one : page("/api/characters", 100, fmt::format("b{}", made_up)).items)
            EXPECT_EQ(one.at("id").as_int64(), ours.id);
}

}  // namespace
}  // namespace medusa::http
