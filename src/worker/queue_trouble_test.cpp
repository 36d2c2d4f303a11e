#include "worker/queue_trouble.hpp"

#include <gtest/gtest.h>

#include "support/virtual_timer.hpp"

namespace medusa {
namespace {

using namespace std::chrono_literals;

class queue_trouble_test : public testing::Test {
protected:
    void fail(std::chrono::milliseconds asked_at) {
        trouble_.failed(error(errc::unavailable, "Database connection failed"), asked_at);
    }

    testing_support::virtual_timer clock_;
    int told_ = 0;
    queue_trouble trouble_{clock_, [this](const error&) { ++told_; }};
};

TEST_F(queue_trouble_test, an_outage_is_told_once_however_often_it_is_met) {
    for (int i = 0; i < 5; ++i) {
        fail(trouble_.asks());
        clock_.advance(30s);
    }
    EXPECT_EQ(told_, 1);
    EXPECT_TRUE(trouble_.lasting(100s));
}

TEST_F(queue_trouble_test, the_next_outage_is_told_again) {
    fail(trouble_.asks());
    clock_.advance(1s);
    trouble_.worked();
    EXPECT_FALSE(trouble_.lasting(0s));
    clock_.advance(1s);
    fail(trouble_.asks());
    EXPECT_EQ(told_, 2);
}

TEST_F(queue_trouble_test, who_asked_in_an_outage_and_hears_of_it_afterwards_tells_nothing) {
    const auto early = trouble_.asks();
    clock_.advance(1s);
    fail(trouble_.asks());
    clock_.advance(29s);
    trouble_.worked();
    fail(early);
    EXPECT_EQ(told_, 1);
    EXPECT_FALSE(trouble_.lasting(0s));
}

TEST_F(queue_trouble_test, reading_ends_an_outage_only_when_nothing_failed_for_a_while) {
    fail(trouble_.asks());
    clock_.advance(calm - 1ms);
    trouble_.answered();
    EXPECT_TRUE(trouble_.lasting(0s));
    clock_.advance(1ms);
    trouble_.answered();
    EXPECT_FALSE(trouble_.lasting(0s));
}

}  // namespace
}  // namespace medusa
