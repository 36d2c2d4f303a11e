#include "http/vitals.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <thread>

#include "support/memory_jobs.hpp"

namespace medusa::http {
namespace {

using namespace std::chrono_literals;

TEST(kept_answer, many_who_ask_at_once_cost_one_question) {
    kept_answer<int> kept;
    std::atomic<int> questions = 0;
    std::atomic<int> answers = 0;
    {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 8; ++t)
            threads.emplace_back([&] {
                const auto told = kept.get([&] {
                    std::this_thread::sleep_for(100ms);
                    return ++questions;
                });
                answers += told == 1;
            });
    }
    EXPECT_EQ(questions, 1);
    EXPECT_EQ(answers, 8);
}

TEST(kept_answer, who_does_not_answer_holds_up_one_alone) {
    kept_answer<int> kept;
    std::atomic<bool> goes_on = false;
    std::jthread first([&] {
        kept.get([&] {
            goes_on.wait(false);
            return 1;
        });
    });
    std::this_thread::sleep_for(50ms);
    EXPECT_EQ(kept.get([] { return 2; }), std::nullopt);
    goes_on = true;
    goes_on.notify_all();
    first.join();
    EXPECT_EQ(kept.get([] { return 2; }), 1);
}

TEST(kept_answer, a_question_that_fails_is_asked_again) {
    kept_answer<int> kept;
    const auto fails = []() -> int { throw std::runtime_error("out of memory"); };
    EXPECT_EQ(kept.get(fails), std::nullopt);
    EXPECT_EQ(kept.get([] { return 2; }), 2);
}

class broken_leases final : public testing_support::memory_jobs {
public:
    void expect_writable() override { throw error(errc::storage, "the disk is full"); }
    waiting_line waiting() override { throw error(errc::unavailable, "nobody answers"); }
};

std::string failure_of(vitals& of, const std::string& part) {
    for (const auto& sign : of.signs())
        if (sign.part == part) return sign.failure;
    return "no such part";
}

TEST(vitals, each_part_is_named_with_what_is_wrong) {
    testing_support::memory_jobs sound;
    broken_leases broken;
    using breaker = server_health::breaker;
    const server_health open{"a", false, breaker::open};
    const server_health cold{"b", {}, breaker::closed};
    const auto vital = [](testing_support::memory_jobs& store, std::vector<server_health> servers,
                          auto check) {
        job_queue queue({store, store, system_clock(), random_ids(), system_random()});
        vitals one(
            queue, nullptr, [servers] { return servers; }, system_clock());
        check(one);
    };
    vital(sound, {}, [](vitals& one) {
        EXPECT_EQ(failure_of(one, "database"), "");
        EXPECT_EQ(failure_of(one, "image engine"), "");
        EXPECT_EQ(failure_of(one, "job feed"), "no such part");
        EXPECT_EQ(one.live().queue, waiting_line{});
    });
    vital(broken, {open, cold}, [](vitals& one) {
        EXPECT_EQ(failure_of(one, "database"), "storage");
        EXPECT_EQ(failure_of(one, "image engine"), "") << "one is cold, which is no reason";
        EXPECT_FALSE(one.live().queue);
    });
    vital(sound, {open, open}, [](vitals& one) {
        EXPECT_EQ(failure_of(one, "image engine"), "unavailable");
        EXPECT_EQ(one.live().servers.size(), 2u);
    });
}

}  // namespace
}  // namespace medusa::http
