#include "cli/service_log.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "support/virtual_timer.hpp"

namespace medusa {
namespace {

using namespace std::chrono_literals;

error away(const std::string& part, const std::string& reason) {
    return {errc::unavailable, part + ": " + reason};
}

TEST(outage_echoes, what_two_parts_meet_is_one_outage) {
    testing_support::virtual_timer clock;
    outage_echoes echoes(clock);
    EXPECT_TRUE(echoes.is_new(away("Database connection failed", "refused")));
    clock.advance(30s);
    EXPECT_FALSE(echoes.is_new(away("Database connection failed", "no server found")));
    EXPECT_TRUE(echoes.is_new(away("NATS connection failed", "refused")));
}

TEST(outage_echoes, a_later_outage_is_another_one) {
    testing_support::virtual_timer clock;
    outage_echoes echoes(clock);
    EXPECT_TRUE(echoes.is_new(away("Database connection failed", "refused")));
    clock.advance(61s);
    EXPECT_TRUE(echoes.is_new(away("Database connection failed", "refused")));
}

}  // namespace
}  // namespace medusa
