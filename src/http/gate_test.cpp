// The gate in front of the real routes: how often somebody may ask, and from where.
#include "http/gate.hpp"

#include <gtest/gtest.h>

#include "asset/local/local_assets.hpp"
#include "core/hash.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "support/child.hpp"
#include "support/queue_on_trial.hpp"
#include "support/recall_on_trial.hpp"
#include "webhook/desk.hpp"

namespace medusa::http {
namespace {

using namespace std::chrono_literals;

class no_tokens final : public access_tokens {
public:
    std::optional<access_token> find(const std::string& sha256) override {
        ++asked;
        if (sha256 != known.sha256) return std::nullopt;
        return known;
    }
    std::vector<access_token> list() override { return {known}; }
    void add(const access_token&) override {}
    bool remove(const std::string&) override { return false; }

    access_token known;
    int asked = 0;
};

class http_gate : public testing_support::queue_on_trial {
protected:
    http_gate() {
        settings_.http.listen = "0.0.0.0:3001";
        tokens_.known.owner = {"7", "anna"};
    }

    response told(const std::string& method, const std::string& path, pair_list headers = {}) {
        request asked;
        asked.method = method;
        asked.at = parse_target(path);
        asked.headers = std::move(headers);
        asked.peer = peer_;
        auto result = gate().pass(asked);
        return std::get<response>(std::move(result));
    }
    http::gate& gate() {
        if (!gate_) gate_.emplace(service_, [this] { return now_; });
        return *gate_;
    }
    static std::string header(const response& reply, std::string_view name) {
        for (const auto& [known, value] : reply.headers)
            if (known == name) return value;
        return {};
    }

    testing_support::scratch_folder folder_;
    std::unique_ptr<asset_store> assets_ = make_local_asset_store(folder_.path(), {});
    thumbnails small_{*assets_, folder_.path() / "small", nullptr};
    config settings_;
    no_tokens tokens_;
    metrics counted_;
    vitals health_{queue_, nullptr, [] { return std::vector<server_health>(); }, time_};
    stores stored_ = make_sqlite_store({.file = folder_.path() / "medusa.db"});
    webhook_sender sender_{make_webhook_client({}), time_};
    webhook_desk webhooks_{{*stored_.webhooks, *stored_.outbox, sender_, {}, time_, random_ids()}};
    testing_support::word_embedder vectors_;
    testing_support::recall_on_trial recall_{stored_, *assets_, folder_.path(), vectors_};
    service service_{
        .settings = settings_,
        .port = "3001",
        .open = {},
        .queue = queue_,
        .tokens = tokens_,
        .webhooks = webhooks_,
        .time = time_,
        .counted = counted_,
        .health = health_,
        .small = small_,
        .recall = recall_.desk,
    };
    std::string peer_ = "192.0.2.1";
    http::gate::moment now_{1h};
    std::optional<http::gate> gate_;
};

TEST_F(http_gate, says_how_many_requests_are_left_and_when_to_come_again) {
    settings_.http.requests_a_minute = 2;
    const auto first = told("GET", "/api/jobs");
    EXPECT_EQ(first.status, 401);
    EXPECT_EQ(header(first, "RateLimit-Policy"), R"("default";q=2;w=60)");
    EXPECT_EQ(header(first, "RateLimit"), R"("default";r=1;t=30)");
    told("GET", "/api/jobs");
    const auto refused = told("GET", "/api/jobs");
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(refused.content_type, "application/problem+json");
    EXPECT_EQ(header(refused, "RateLimit"), R"("default";r=0;t=60)");
    EXPECT_EQ(header(refused, "Retry-After"), "30");
    EXPECT_NE(refused.body.find("MEDUSA_HTTP_RATE"), std::string::npos);
    now_ += 30s;
    EXPECT_EQ(told("GET", "/api/jobs").status, 401);
    peer_ = "192.0.2.2";
    EXPECT_EQ(told("GET", "/api/jobs").status, 401) << "another address";
}

TEST_F(http_gate, an_ipv6_network_counts_as_one) {
    settings_.http.requests_a_minute = 1;
    peer_ = "2001:db8:0:1::1";
    EXPECT_EQ(told("GET", "/api/jobs").status, 401);
    peer_ = "2001:db8:0:1:ffff::2";
    EXPECT_EQ(told("GET", "/api/jobs").status, 429);
    peer_ = "2001:db8:0:2::1";
    EXPECT_EQ(told("GET", "/api/jobs").status, 401);
}

TEST_F(http_gate, whether_it_lives_is_always_told) {
    settings_.http.requests_a_minute = 1;
    for (int i = 0; i < 5; ++i) EXPECT_EQ(told("GET", "/healthz").status, 200);
    settings_.http.requests_a_minute = 0;
    gate_.reset();
    for (int i = 0; i < 5; ++i) {
        const auto reply = told("GET", "/api/jobs");
        EXPECT_EQ(reply.status, 401);
        EXPECT_EQ(header(reply, "RateLimit"), "");
    }
}

TEST_F(http_gate, who_tries_tokens_is_soon_not_heard_any_more) {
    tokens_.known.sha256 = sha256_hex("good");
    const pair_list good{{"authorization", "Bearer good"}};
    EXPECT_EQ(told("GET", "/api/jobs", good).status, 200);
    int refused = 0;
    for (int i = 0; i < 100; ++i) {
        const auto reply =
            told("GET", "/api/jobs", {{"authorization", "Bearer try" + std::to_string(i)}});
        if (reply.status == 401) continue;
        ++refused;
        EXPECT_EQ(reply.status, 429);
        EXPECT_EQ(header(reply, "RateLimit-Policy"), R"("sign-in";q=60;w=60)");
        EXPECT_EQ(header(reply, "Retry-After"), "1");
    }
    EXPECT_EQ(refused, 40);
    EXPECT_EQ(tokens_.asked, 61) << "the store is not asked for what is refused";
    EXPECT_EQ(told("GET", "/api/jobs", good).status, 200) << "who had a good one is still served";
    EXPECT_EQ(told("GET", "/healthz").status, 200);
    peer_ = "192.0.2.2";
    EXPECT_EQ(told("GET", "/api/jobs", {{"authorization", "Bearer x"}}).status, 401);
}

TEST_F(http_gate, an_invented_token_is_no_way_around) {
    int heard = 0;
    for (int i = 0; i < 100; ++i) {
        const pair_list invented{{"authorization", "Bearer try" + std::to_string(i)}};
        told("GET", "/docs", invented);
        told("GET", "/nothing/here", invented);
        heard += told("GET", "/api/jobs", invented).status == 401;
    }
    EXPECT_EQ(heard, 60) << "a call that needs none makes no token known";
    settings_.http.requests_a_minute = 2;
    gate_.reset();
    tokens_.known.sha256 = sha256_hex("good");
    EXPECT_EQ(told("GET", "/docs", {{"authorization", "Bearer one"}}).status, 200);
    EXPECT_EQ(told("GET", "/docs", {{"authorization", "Bearer two"}}).status, 200);
    EXPECT_EQ(told("GET", "/docs", {{"authorization", "Bearer three"}}).status, 429);
}

TEST_F(http_gate, a_token_is_the_same_however_it_is_spelled) {
    settings_.http.requests_a_minute = 2;
    tokens_.known.sha256 = sha256_hex("good");
    for (const int status : {200, 200, 429})
        EXPECT_EQ(told("GET", "/api/jobs", {{"authorization", "Bearer good"}}).status, status);
    for (const auto* spelled : {"bearer good", "BEARER   good", "Bearer good  "})
        EXPECT_EQ(told("GET", "/api/jobs", {{"authorization", spelled}}).status, 429) << spelled;
}

TEST_F(http_gate, a_good_token_is_heard_beside_bad_ones_also_without_a_rate) {
    settings_.http.requests_a_minute = 0;
    tokens_.known.sha256 = sha256_hex("good");
    const pair_list good{{"authorization", "Bearer good"}};
    EXPECT_EQ(told("GET", "/api/jobs", good).status, 200);
    for (int i = 0; i < 100; ++i)
        told("GET", "/api/jobs", {{"authorization", "Bearer try" + std::to_string(i)}});
    EXPECT_EQ(told("GET", "/api/jobs", {{"authorization", "Bearer x"}}).status, 429);
    EXPECT_EQ(told("GET", "/api/jobs", good).status, 200);
}

TEST_F(http_gate, pages_of_other_sites_may_nothing_by_default) {
    for (const std::string method : {"GET", "OPTIONS"}) {
        const auto reply =
            told(method, "/api/characters",
                 {{"origin", "https://app.example"}, {"access-control-request-method", "POST"}});
        EXPECT_EQ(reply.status, method == "GET" ? 401 : 405);
        for (const auto& [name, value] : reply.headers)
            EXPECT_FALSE(name.starts_with("Access-Control")) << name;
    }
}

TEST_F(http_gate, pages_of_listed_sites_may_ask_with_a_token) {
    settings_.http.origins = {"https://app.example"};
    tokens_.known.sha256 = sha256_hex("good");
    const auto preflight = [&](const std::string& path, const std::string& method) {
        return told("OPTIONS", path,
                    {{"origin", "https://app.example"}, {"access-control-request-method", method}});
    };
    const auto may = preflight("/api/characters", "POST");
    EXPECT_EQ(may.status, 204);
    EXPECT_EQ(header(may, "Access-Control-Allow-Origin"), "https://app.example");
    EXPECT_NE(header(may, "Access-Control-Allow-Methods").find("POST"), std::string::npos);
    EXPECT_NE(header(may, "Access-Control-Allow-Headers").find("Idempotency-Key"),
              std::string::npos);
    EXPECT_EQ(header(may, "Vary"), "Origin");
    EXPECT_EQ(preflight("/api/characters", "PUT").status, 405);
    EXPECT_EQ(preflight("/api/nothing", "GET").status, 404);
    const auto got = told("GET", "/api/jobs",
                          {{"origin", "https://app.example"},
                           {"sec-fetch-site", "cross-site"},
                           {"authorization", "Bearer good"}});
    EXPECT_EQ(got.status, 200);
    EXPECT_EQ(header(got, "Access-Control-Allow-Origin"), "https://app.example");
    EXPECT_NE(header(got, "Access-Control-Expose-Headers").find("ETag"), std::string::npos);
    for (const auto& reply : {may, got})
        EXPECT_EQ(header(reply, "Access-Control-Allow-Credentials"), "");
    for (const std::string other :
         {"https://app.example.evil", "https://app.example:8443", "http://app.example", "null"})
        EXPECT_EQ(
            header(told("GET", "/api/jobs", {{"origin", other}}), "Access-Control-Allow-Origin"),
            "")
            << other;
}

TEST_F(http_gate, a_listed_site_is_no_local_user) {
    settings_.http.listen = "127.0.0.1:3001";
    settings_.http.origins = {"https://app.example"};
    EXPECT_EQ(told("GET", "/api/jobs", {{"host", "127.0.0.1:3001"}}).status, 200);
    EXPECT_EQ(
        told("GET", "/api/jobs", {{"host", "127.0.0.1:3001"}, {"origin", "https://app.example"}})
            .status,
        403);
    EXPECT_EQ(told("GET", "/api/jobs", {{"host", "rebound.example:3001"}}).status, 403);
}

TEST_F(http_gate, behind_tls_it_is_said_to_stay_so) {
    EXPECT_EQ(header(told("GET", "/healthz"), "Strict-Transport-Security"), "");
    settings_.http.public_url = "https://medusa.example";
    EXPECT_EQ(header(told("GET", "/healthz"), "Strict-Transport-Security"), "max-age=31536000");
}

}  // namespace
}  // namespace medusa::http
