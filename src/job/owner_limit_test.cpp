#include "job/owner_limit.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <thread>
#include <vector>

#include "support/queue_on_trial.hpp"

namespace medusa {
namespace {

using namespace testing_support;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

// Takes jobs only once two are handed in at the same time; waits for the second at most so long.
class needs_two final : public memory_jobs {
public:
    submission submit(const submission& asked, std::span<const job> jobs,
                      time_point keys_since) override {
        ++inside_;
        const auto until = steady_clock::now() + std::chrono::seconds(5);
        while (inside_ < 2 && steady_clock::now() < until)
            std::this_thread::sleep_for(milliseconds(1));
        if (inside_ >= 2) were_two = true;
        return memory_jobs::submit(asked, jobs, keys_since);
    }
    std::atomic<bool> were_two = false;

private:
    std::atomic<int> inside_ = 0;
};

class owners : public queue_on_trial {
protected:
    bool overlap(std::size_t most, const owner_info& first, const owner_info& second) {
        needs_two store;
        job_queue small({store, store, time_, ids_, [] { return 0.5; }, nullptr, most});
        const auto hand_in = [&](const owner_info& by) {
            submission asked;
            asked.owner = by;
            small.submit(asked, {wish_for("Luna")});
        };
        {
            const std::jthread other([&] { hand_in(first); });
            hand_in(second);
        }
        return store.were_two;
    }
};

TEST_F(owners, with_low_limits_do_not_wait_for_each_others_commit) {
    EXPECT_TRUE(overlap(2, anna, anna)) << "there is room for both";
    EXPECT_TRUE(overlap(1, anna, ben)) << "nobody is near another one's limit";
}

TEST(an_owner, gets_exactly_what_may_be_however_many_hand_in) {
    constexpr std::size_t most = 40;
    constexpr int hands = 8;
    owner_limit limit(most);
    std::atomic<std::size_t> stored = 0;
    std::latch together(hands);
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < hands; ++i)
            threads.emplace_back([&, jobs = std::size_t(i % 3 + 1)] {
                together.arrive_and_wait();
                for (int round = 0; round < 50; ++round) {
                    owner_limit::handing_in room(limit, "anna", jobs);
                    if (room.crowded_by([&] { return stored.load(); })) continue;
                    std::this_thread::sleep_for(std::chrono::microseconds(200));
                    stored += jobs;
                }
            });
    }
    EXPECT_EQ(stored, most);
}

TEST(an_owner, is_told_how_many_there_are_and_loses_no_room_by_a_refusal_or_an_error) {
    owner_limit limit(3);
    const auto one = [] { return std::size_t{1}; };
    EXPECT_EQ(owner_limit::handing_in(limit, "anna", 3).crowded_by(one), 1u);
    EXPECT_THROW(owner_limit::handing_in(limit, "anna", 2).crowded_by([]() -> std::size_t {
        throw error(errc::storage, "the disk is gone");
    }),
                 error);
    EXPECT_EQ(owner_limit::handing_in(limit, "anna", 2).crowded_by(one), std::nullopt);
}

}  // namespace
}  // namespace medusa
