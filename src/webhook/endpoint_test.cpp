#include "webhook/endpoint.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "core/error.hpp"

namespace medusa {
namespace {

const owner_info anna{"local", "anna"};
const auto then = from_rfc3339("2026-11-23T01:35:09.045Z");

bool is_refused(const std::string& url, webhook_rules rules = {}) {
    try {
        check_webhook_url(url, rules);
        return false;
    } catch (const error& refused) {
        EXPECT_EQ(refused.code(), errc::invalid_argument);
        EXPECT_FALSE(refused.advice().empty()) << url;
        EXPECT_EQ(std::string(refused.what()).find("c4nary"), std::string::npos) << refused.what();
        return true;
    }
}

webhook_endpoint endpoint(const std::vector<std::string>& events = {}) {
    return new_endpoint(anna, "https://hooks.example/x", events, 0, {}, system_clock(),
                        random_ids());
}

TEST(webhook_url, only_public_https_will_do) {
    for (const auto* url : {"https://hooks.example/x", "https://hooks.example:8443/x?key=c4nary",
                            "https://8.8.8.8/", "https://[2606:4700::1111]:443/"})
        EXPECT_FALSE(is_refused(url)) << url;
    for (const auto* url : {"",
                            "hooks.example",
                            "http://hooks.example/",
                            "ftp://hooks.example/",
                            "file:///etc/passwd",
                            "gopher://hooks.example/",
                            "https://",

                            "https://anna:c4nary@hooks.example/",
                            "https://c4nary@hooks.example/",
                            "https://hooks.example:22/",
                            "https://hooks.example:25/",
                            "https://hooks.example:80/",
                            "https://hooks.example:0/",
                            "https://hooks.example:99999/",
                            "https://hooks.example/a b",
                            "https://hooks.example/\r\nX-Injected:1",
                            "https://hooks.example/\x01",
                            "https://h\xc3\xbcte.example/",
                            "https://127.0.0.1/",
                            "https://2130706433/",
                            "https://0x7f.1/",
                            "https://0177.1/",
                            "https://[::1]/",
                            "https://[::ffff:10.0.0.1]/",
                            "https://169.254.169.254/latest/meta-data/",
                            "https://10.0.0.1/",
                            "https://[fe80::1%25e]/"})
        EXPECT_TRUE(is_refused(url)) << url;
    EXPECT_TRUE(is_refused("https://hooks.example/" + std::string(webhook_url_chars, 'x')));
}

TEST(webhook_url, inside_is_allowed_where_the_operator_says_so) {
    const webhook_rules inside{true};
    for (const auto* url :
         {"http://127.0.0.1:3000/x", "https://10.0.0.1/", "http://hooks.internal/"})
        EXPECT_FALSE(is_refused(url, inside)) << url;
    for (const auto* url : {"ftp://127.0.0.1/", "http://c4nary@127.0.0.1/", "http://127.0.0.1:22/"})
        EXPECT_TRUE(is_refused(url, inside)) << url;
}

TEST(webhook_endpoint, has_known_events_in_one_order) {
    EXPECT_EQ(endpoint({"job.failed", "job.done", "job.done"}).events,
              (std::vector<std::string>{"job.done", "job.failed"}));
    EXPECT_TRUE(endpoint().events.empty());
    EXPECT_THROW(endpoint({"job.leased"}), error);
    try {
        new_endpoint(anna, "https://hooks.example/", {}, webhooks_per_user, {}, system_clock(),
                     random_ids());
        ADD_FAILURE() << "one too many";
    } catch (const error& refused) {
        EXPECT_EQ(refused.code(), errc::conflict);
    }
}

TEST(webhook_body, names_the_job_and_tells_nothing_of_what_was_asked) {
    job of;
    of.submission_id = "batch";
    character_request wish;
    wish.draft.name = "c4nary";
    wish.draft.description = "c4nary";
    of.request = wish;
    of.failures = {{then, job_stage::accepted, "refused", "c4nary is refused", "c4nary"}};
    const job_end failed{"luna", "local", job_state::failed, 4, then};
    const auto text = body_of_end(failed, of, {}, "https://medusa.example");
    EXPECT_EQ(text.find("c4nary"), std::string::npos);
    const auto body = boost::json::parse(text);
    EXPECT_EQ(body.at("type"), "job.failed");
    EXPECT_EQ(body.at("timestamp"), "2026-11-23T01:35:09.045Z");
    EXPECT_EQ(body.at("data").at("code"), "refused");
    EXPECT_EQ(body.at("data").at("kind"), "character");
    EXPECT_EQ(body.at("data").at("job"), "https://medusa.example/api/jobs/luna");

    const job_end done{"luna", "local", job_state::done, 5, then};
    const auto data = boost::json::parse(body_of_end(done, of, 123'456, "")).at("data");
    EXPECT_EQ(data.at("character"), "/api/characters/123456");
    EXPECT_FALSE(data.as_object().contains("code"));
}

std::optional<std::string> some_body() {
    return "body";
}

TEST(webhook_deliveries, go_to_whoever_wants_them) {
    const job_end done{"luna", "local", job_state::done, 5, then};
    auto all = endpoint(), failures = endpoint({"job.failed"}), off = endpoint(),
         others = endpoint(), late = endpoint();
    for (auto* one : {&all, &failures, &off, &others, &late}) one->created_at = then;
    off.disabled_reason = "gone";
    others.owner = {"other", "ben"};
    late.created_at = then + std::chrono::seconds(1);
    const auto made = deliveries_of(done, {all, failures, off, others, late}, some_body, then);
    ASSERT_EQ(made.size(), 1u);
    EXPECT_EQ(made[0].endpoint_id, all.id);
    EXPECT_EQ(made[0].event, "job.done");
    EXPECT_EQ(made[0].body, "body");
    EXPECT_TRUE(is_uuid(made[0].id));
    EXPECT_EQ(deliveries_of(done, {all}, some_body, then), made) << "the same by whoever makes it";
    auto again = done;
    again.revision = 9;
    EXPECT_NE(deliveries_of(again, {all}, some_body, then)[0].id, made[0].id);
}

TEST(webhook_deliveries, that_nobody_wants_cost_no_look_at_the_job) {
    const job_end done{"luna", "local", job_state::done, 5, then};
    auto failures = endpoint({"job.failed"});
    auto others = endpoint();
    others.owner = {"other", "ben"};
    int asked = 0;
    const auto body = [&]() -> std::optional<std::string> {
        ++asked;
        return std::nullopt;
    };
    EXPECT_TRUE(deliveries_of(done, {failures, others}, body, then).empty());
    EXPECT_EQ(asked, 0);
    auto all = endpoint();
    all.created_at = then;
    EXPECT_TRUE(deliveries_of(done, {all, all}, body, then).empty()) << "of a job that is damaged";
    EXPECT_EQ(asked, 1);
}

}  // namespace
}  // namespace medusa
