// Webhooks over HTTP, without a network.
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "core/limits.hpp"
#include "support/service_on_trial.hpp"
#include "webhook/endpoint.hpp"

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
    response create(const std::string& body, const std::string& key = {}) {
        return post("/api/webhooks", body, key);
    }
    response post(const std::string& target, const std::string& body, const std::string& key) {
        request asked;
        asked.method = "POST";
        asked.at = parse_target(target);
        asked.body = body;
        asked.headers = {{"content-type", "application/json"}};
        if (!key.empty()) asked.headers.emplace_back("idempotency-key", key);
        return service_.ask(std::move(asked));
    }
    std::size_t many() {
        const auto all = service_.ask("GET", "/api/webhooks");
        return json::parse(all.body).at("items").as_array().size();
    }

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

TEST_F(http_webhooks, are_made_once_for_a_key_and_told_with_their_secret_again) {
    const auto made = create(wish, "k");
    const auto again = create(wish, "k");
    ASSERT_EQ(again.status, 201) << again.body;
    EXPECT_EQ(again.body, made.body);
    EXPECT_EQ(header(again, "Location"), header(made, "Location"));
    EXPECT_EQ(header(made, "Idempotency-Replayed"), "");
    EXPECT_EQ(header(again, "Idempotency-Replayed"), "true");
    EXPECT_EQ(many(), 1u);
    EXPECT_NE(create(wish, "l").body, made.body);
    EXPECT_NE(create(wish).body, create(wish).body) << "without a key each is another one";
    EXPECT_EQ(many(), 4u);
}

TEST_F(http_webhooks, of_another_kind_are_refused_under_the_same_key) {
    create(wish, "k");
    for (const auto* other : {R"({"url": "https://hooks.example/y", "events": ["job.done"]})",
                              R"({"url": "https://hooks.example/x"})"})
        EXPECT_EQ(create(other, "k").status, 422) << other;
    EXPECT_EQ(many(), 1u);
}

TEST_F(http_webhooks, are_found_by_their_key_also_where_there_are_as_many_as_may_be) {
    for (std::size_t i = 0; i < webhooks_per_user; ++i) create(wish, std::to_string(i));
    EXPECT_EQ(create(wish, "one more").status, 409);
    EXPECT_EQ(create(wish, "0").status, 201);
}

TEST_F(http_webhooks, and_whatever_else_is_posted_want_a_key_that_is_one) {
    const auto made = create(wish);
    const std::string long_key(limits::idempotency_key_chars + 1, 'x');
    for (const auto& target :
         {std::string("/api/webhooks"), header(made, "Location") + "/redeliver",
          std::string("/api/jobs/none/cancel"), std::string("/api/jobs/none/retry")})
        for (const auto& key : {long_key, std::string("k\xc3\xa4")})
            EXPECT_EQ(post(target, target == "/api/webhooks" ? wish : "{}", key).status, 400)
                << target;
    EXPECT_EQ(many(), 1u);
}

}  // namespace
}  // namespace medusa::http
