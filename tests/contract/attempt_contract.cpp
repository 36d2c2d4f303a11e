// What every store adapter's attempt log must do; part of the store contract.
#include <algorithm>
#include <thread>

#include "contract/store_contract.hpp"
#include "core/error.hpp"

namespace medusa {
namespace {

attempt attempt_at(const std::string& id, const std::string& job, int index = 0) {
    attempt sent;
    sent.id = id;
    sent.job_id = job;
    sent.image_index = index;
    sent.server = "http://127.0.0.1:8188";
    sent.model = "cyberrealistic.safetensors";
    sent.identity_method = "faceid";
    sent.created_at = from_rfc3339("2026-11-23T01:35:09.045Z");
    return sent;
}

std::vector<std::string> ids_of(const std::vector<attempt>& found) {
    std::vector<std::string> ids;
    for (const auto& one : found) ids.push_back(one.id);
    return ids;
}

using ids = std::vector<std::string>;

TEST_P(store_contract, an_attempt_is_found_as_it_was_written_also_by_the_next_process) {
    store_.attempts->begin(attempt_at("a1", "job"));
    store_ = {};
    store_ = open();
    EXPECT_EQ(store_.attempts->of("job", 0), std::vector{attempt_at("a1", "job")});
}

TEST_P(store_contract, attempts_are_told_apart_by_job_and_picture_and_come_oldest_first) {
    for (const auto& one : {attempt_at("z", "job"), attempt_at("a", "job"),
                            attempt_at("b", "job", 1), attempt_at("c", "other")})
        store_.attempts->begin(one);
    EXPECT_EQ(ids_of(store_.attempts->of("job", 0)), (ids{"z", "a"}));
    EXPECT_EQ(ids_of(store_.attempts->of("job", 1)), ids{"b"});
    EXPECT_EQ(ids_of(store_.attempts->of("other", 0)), ids{"c"});
    EXPECT_TRUE(store_.attempts->of("none", 0).empty());
}

TEST_P(store_contract, an_attempt_is_never_begun_twice) {
    store_.attempts->begin(attempt_at("a1", "job"));
    try {
        store_.attempts->begin(attempt_at("a1", "another job"));
        ADD_FAILURE() << "it was begun twice";
    } catch (const error& reason) {
        EXPECT_EQ(reason.code(), errc::conflict);
    }
    EXPECT_TRUE(store_.attempts->of("another job", 0).empty());
}

TEST_P(store_contract, an_attempt_keeps_what_the_server_called_it) {
    store_.attempts->begin(attempt_at("a1", "job"));
    store_.attempts->accepted("a1", "b2c3");
    store_.attempts->accepted("unknown", "x");
    ASSERT_EQ(store_.attempts->of("job", 0).size(), 1u);
    EXPECT_EQ(store_.attempts->of("job", 0)[0].remote_id, "b2c3");
    EXPECT_EQ(store_.attempts->of("job", 0)[0].state, attempt_state::sent);
}

TEST_P(store_contract, an_attempt_ends_once) {
    const std::pair<std::string, attempt_state> ends[] = {{"a", attempt_state::done},
                                                          {"b", attempt_state::failed},
                                                          {"c", attempt_state::lost},
                                                          {"d", attempt_state::cancelled}};
    for (const auto& [id, state] : ends) {
        store_.attempts->begin(attempt_at(id, id));
        store_.attempts->end(id, state, "as it is");
        store_.attempts->end(id, attempt_state::sent, "again");
        store_.attempts->end(id, attempt_state::lost, "again");
        const auto found = store_.attempts->of(id, 0);
        ASSERT_EQ(found.size(), 1u);
        EXPECT_EQ(found[0].state, state) << id;
        EXPECT_EQ(found[0].reason, "as it is") << id;
    }
}

TEST_P(store_contract, attempts_go_with_their_character) {
    const auto held = store_.reserved->reserve("job", anna, "luna");
    store_.characters->save(record_for("job", anna, held, "Luna"));
    auto portrait = image_for("i", held.id);
    portrait.job_id = "second job";
    store_.images->save(portrait);
    for (const auto& job : {"job", "second job", "somebody else's"})
        store_.attempts->begin(attempt_at(std::string("of ") + job, job));
    store_.reserved->release("job");
    EXPECT_EQ(store_.attempts->of("job", 0).size(), 1u) << "release touched a saved character";
    store_.characters->remove(held.id);
    EXPECT_TRUE(store_.attempts->of("job", 0).empty());
    EXPECT_TRUE(store_.attempts->of("second job", 0).empty());
    EXPECT_EQ(store_.attempts->of("somebody else's", 0).size(), 1u);
}

TEST_P(store_contract, attempts_go_with_a_reservation_that_is_given_up) {
    store_.reserved->reserve("job", {"local", "anna"}, "luna");
    store_.attempts->begin(attempt_at("a", "job"));
    store_.attempts->begin(attempt_at("b", "other"));
    store_.reserved->release("job");
    store_.reserved->release("other");
    EXPECT_TRUE(store_.attempts->of("job", 0).empty());
    EXPECT_EQ(store_.attempts->of("other", 0).size(), 1u) << "it had no reservation";
}

TEST_P(store_contract, attempts_of_many_threads_are_all_there) {
    constexpr int threads = 4;
    constexpr int each = 10;
    {
        std::vector<std::jthread> writers;
        for (int t = 0; t < threads; ++t)
            writers.emplace_back([this, t] {
                for (int i = 0; i < each; ++i) {
                    const auto id = std::to_string(t) + "-" + std::to_string(i);
                    store_.attempts->begin(attempt_at(id, std::to_string(t)));
                    store_.attempts->end(id, attempt_state::done, "");
                }
            });
    }
    for (int t = 0; t < threads; ++t) {
        const auto found = store_.attempts->of(std::to_string(t), 0);
        EXPECT_EQ(found.size(), std::size_t(each));
        EXPECT_TRUE(std::all_of(found.begin(), found.end(), [](const attempt& one) {
            return one.state == attempt_state::done;
        }));
    }
}

}  // namespace
}  // namespace medusa
