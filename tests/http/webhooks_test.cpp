// Webhooks over HTTP, without a network.
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "support/service_on_trial.hpp"

namespace medusa::http {
namespace {

namespace json = boost::json;

std::string header(const response& of, std::string_view name) {
    for (const auto& [key, value] : of.headers)
        if (key == name) return value;
    return {};
}

class http_webhooks : public testing::Test {
protected:
    response create(const std::string& body) { return service_.ask("POST", "/api/webhooks", body); }

    testing_support::service_on_trial service_;
};

constexpr auto wish = R"({"url": "https://hooks.example/x", "events": ["job.done"]})";

TEST_F(http_webhooks, are_found_where_their_making_says_and_keep_their_secret) {
    const auto made = create(wish);
    ASSERT_EQ(made.status, 201) << made.body;
    auto expected = json::parse(made.body).as_object();
    EXPECT_TRUE(expected.erase("secret"));
    const auto found = service_.ask("GET", header(made, "Location"));
    EXPECT_EQ(found.status, 200);
    EXPECT_EQ(json::parse(found.body), expected);
    EXPECT_EQ(service_.ask("GET", "/api/webhooks/none").status, 404);
}

}  // namespace
}  // namespace medusa::http
