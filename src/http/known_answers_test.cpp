#include "http/known_answers.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"

namespace medusa::http {
namespace {

class told_counter final : public change_counter {
public:
    std::uint64_t now() override {
        if (is_gone) throw error(errc::storage, "the file is gone");
        return state;
    }
    std::uint64_t state = 1;
    bool is_gone = false;
};

class http_known_answers : public testing::Test {
protected:
    static request asked(const std::string& path, const std::string& token = "Bearer a") {
        request one;
        one.method = "GET";
        one.at = parse_target(path);
        one.headers = {{"authorization", token}};
        one.found.lasts = true;
        return one;
    }
    void make(const request& one, const std::string& body) {
        const auto then = known_.before(one);
        known_.keep(then, one, {.body = body});
    }
    std::string found(const request& one) {
        const auto reply = known_.find(one);
        return reply ? reply->body : "none";
    }

    told_counter changes_;
    known_answers known_{&changes_};
};

TEST_F(http_known_answers, an_answer_is_known_until_anything_changes) {
    auto one = asked("/api/characters/7");
    one.found.route = "/api/characters/{id}";
    one.found.owner = "anna";
    EXPECT_EQ(found(one), "none");
    make(one, "Luna");
    const auto later = asked("/api/characters/7");
    EXPECT_EQ(found(later), "Luna");
    EXPECT_EQ(later.found.route, "/api/characters/{id}") << "for metrics";
    EXPECT_EQ(later.found.owner, "anna") << "for the log";
    ++changes_.state;
    EXPECT_EQ(found(later), "none");
}

TEST_F(http_known_answers, who_asks_for_what_and_what_it_understands_make_a_difference) {
    make(asked("/api/characters?limit=1"), "Luna");
    EXPECT_EQ(found(asked("/api/characters?limit=2")), "none");
    EXPECT_EQ(found(asked("/api/characters?limit=1", "Bearer b")), "none");
    for (const auto* name : {"accept-encoding", "if-none-match"}) {
        auto other = asked("/api/characters?limit=1");
        other.headers.emplace_back(name, "gzip");
        EXPECT_EQ(found(other), "none") << name;
    }
    EXPECT_EQ(found(asked("/api/characters?limit=1")), "Luna");
}

TEST_F(http_known_answers, what_changed_while_an_answer_was_made_is_never_given_again) {
    const auto one = asked("/api/characters/7");
    const auto then = known_.before(one);
    ++changes_.state;
    known_.keep(then, one, {.body = "from before, or not"});
    EXPECT_EQ(found(one), "none");
}

TEST_F(http_known_answers, what_does_not_last_is_not_kept) {
    auto progress = asked("/api/jobs/7");
    progress.found.lasts = false;
    make(progress, "running");
    EXPECT_EQ(found(progress), "none");

    const auto one = asked("/api/characters/7");
    known_.keep(known_.before(one), one, {.status = 404, .body = "none"});
    EXPECT_EQ(found(one), "none");
    make(one, std::string(1'000'000, 'a'));
    EXPECT_EQ(found(one), "none") << "memory is bounded";

    auto local = asked("/api/characters/7", "");
    make(local, "Luna");
    EXPECT_EQ(found(local), "none") << "who asks is seen by its Host and Origin too";
    const auto guest = asked("/api/characters/7", "Bearer head.body.signature");
    make(guest, "Luna");
    EXPECT_EQ(found(guest), "none") << "it runs out";
    auto changing = asked("/api/characters/7");
    changing.method = "DELETE";
    make(changing, "Luna");
    EXPECT_EQ(found(changing), "none");
}

TEST_F(http_known_answers, many_different_ones_take_no_more_memory) {
    for (int i = 0; i < 10'000; ++i) make(asked("/api/characters/" + std::to_string(i)), "Luna");
    EXPECT_EQ(found(asked("/api/characters/9999")), "Luna");
    EXPECT_EQ(found(asked("/api/characters/0")), "none");
}

TEST_F(http_known_answers, a_store_that_cannot_tell_is_asked_each_time) {
    const auto one = asked("/api/characters/7");
    make(one, "Luna");
    changes_.is_gone = true;
    EXPECT_EQ(found(one), "none");
    known_answers without(nullptr);
    without.keep(without.before(one), one, {.body = "Luna"});
    EXPECT_FALSE(without.find(one));
}

}  // namespace
}  // namespace medusa::http
