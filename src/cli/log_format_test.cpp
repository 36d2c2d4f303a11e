#include "cli/log_format.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace medusa {
namespace {

const time_point at = from_rfc3339("2026-11-23T01:35:09.045Z");

TEST(log_format, an_entry_is_one_line_of_json_with_what_is_known) {
    const log_writer to(log_format::json, {});
    const auto line = to.line({.level = log_level::warning,
                               .msg = "request",
                               .request_id = "r-1",
                               .owner = "anna",
                               .more = {{"path", "/api"}, {"status", 500}}},
                              at);
    const auto parsed = boost::json::parse(line).as_object();
    EXPECT_EQ(parsed.at("ts").as_string(), "2026-11-23T01:35:09.045Z");
    EXPECT_EQ(parsed.at("level").as_string(), "warning");
    EXPECT_EQ(parsed.at("request_id").as_string(), "r-1");
    EXPECT_EQ(parsed.at("owner").as_string(), "anna");
    EXPECT_EQ(parsed.at("status").as_int64(), 500);
    EXPECT_FALSE(parsed.contains("job_id"));
}

TEST(log_format, nobody_can_forge_a_line) {
    const log_entry hostile{.msg = "a\n{\"level\":\"info\"}\r\x1b[2J",
                            .more = {{"path", "/x\ny\xff\"z"}}};
    for (const auto form : {log_format::text, log_format::json}) {
        const auto line = log_writer(form, {}).line(hostile, at);
        for (const char c : line) EXPECT_GE(static_cast<unsigned char>(c), 0x20) << line;
    }
    const auto line = log_writer(log_format::json, {}).line(hostile, at);
    EXPECT_EQ(boost::json::parse(line).as_object().size(), 4u) << line;
}

TEST(log_format, what_looks_like_a_secret_is_masked) {
    const std::string secret = "s3cr3t-Value_0123456789";
    const std::string token = "mds_" + std::string(64, 'a');
    const std::string signer = "whsec_" + std::string(43, 'b') + '=';
    const std::string jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl";
    for (const auto& text :
         {"Authorization: Bearer " + secret, "authorization: basic " + secret,
          "GET /x?a=1&token=" + secret + "&b=2", "GET /x?api_key=" + secret,
          "\"password\": \"" + secret + "\"", "mongodb://anna:" + secret + "@host/db",
          "X-Api-Key: " + secret, "signature=" + secret, "it was " + token, "it was " + jwt,
          "it signs by " + signer}) {
        const auto clean = without_secrets(text);
        EXPECT_EQ(clean.find(secret), std::string::npos) << clean;
        EXPECT_EQ(clean.find(token), std::string::npos) << clean;
        EXPECT_EQ(clean.find(jwt), std::string::npos) << clean;
        EXPECT_EQ(clean.find(signer), std::string::npos) << clean;
        EXPECT_NE(clean.find("***"), std::string::npos) << clean;
    }
    EXPECT_EQ(without_secrets("GET /x?a=1&token=" + secret + "&b=2"), "GET /x?a=1&token=***&b=2");
}

TEST(log_format, what_is_none_stays) {
    for (const std::string text :
         {"worker anna-1: 2 jobs at once", "medusa serves http://127.0.0.1:3001. Ctrl-C ends it",
          "job 0b6f done: key frames drawn", "GET /api/characters/7 status=200"})
        EXPECT_EQ(without_secrets(text), text);
}

TEST(log_format, a_sign_in_is_masked_as_it_goes_over_the_wire) {
    // What secrets_of() finds in nats://anna:p%40ss-word@host.
    const log_writer to(log_format::json, {"anna:p@ss-word", "p@ss-word"});
    for (const std::string form : {"p@ss-word", "p%40ss-word", "YW5uYTpwQHNzLXdvcmQ="})
        EXPECT_EQ(to.line({.msg = "sent " + form}, at).find(form), std::string::npos) << form;
}

TEST(log_format, known_secrets_are_masked_in_every_form) {
    const log_writer to(log_format::json, {"p&ss word!", "abc"});
    for (const std::string form : {"p&ss word!", "p%26ss%20word%21", "cCZzcyB3b3JkIQ=="}) {
        const auto line = to.line({.msg = "it is " + form + " abc"}, at);
        EXPECT_EQ(line.find(form), std::string::npos) << line;
        EXPECT_NE(line.find("abc"), std::string::npos) << "too short to be one";
    }
}

}  // namespace
}  // namespace medusa
