#include "webhook/signature.hpp"

#include <gtest/gtest.h>

#include "core/base64.hpp"
#include "core/error.hpp"

namespace medusa {
namespace {

// The example of the specification's own libraries: github.com/standard-webhooks/standard-webhooks.
TEST(signature, is_that_of_the_published_example) {
    const auto stamp =
        stamp_webhook("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek",
                      time_point(std::chrono::seconds(1'614'265'330)), R"({"test": 2432232314})");
    EXPECT_EQ(stamp.id, "msg_p5jXN8AQM9LWM0D4loKWxJek");
    EXPECT_EQ(stamp.timestamp, "1614265330");
    EXPECT_EQ(stamp.signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(signature, every_secret_is_another_of_32_bytes) {
    const auto one = new_webhook_secret();
    EXPECT_TRUE(one.starts_with("whsec_"));
    EXPECT_EQ(from_base64(one.substr(6))->size(), 32u);
    EXPECT_NE(one, new_webhook_secret());
}

TEST(signature, a_damaged_secret_is_told_and_not_repeated) {
    for (const auto* secret : {"", "whsec_", "whsec_c4nary!", "c4nary"}) {
        try {
            stamp_webhook(secret, "a", {}, "b");
            ADD_FAILURE() << secret;
        } catch (const error& damaged) {
            EXPECT_EQ(damaged.code(), errc::corrupted);
            EXPECT_EQ(std::string(damaged.what()).find("c4nary"), std::string::npos);
        }
    }
}

}  // namespace
}  // namespace medusa
