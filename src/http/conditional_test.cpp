#include "http/conditional.hpp"

#include <gtest/gtest.h>

namespace medusa::http {
namespace {

using kind = wanted_bytes::kind;

constexpr std::string_view tag = "\"abc\"";

request asking(pair_list headers, std::string method = "GET") {
    request asked;
    asked.method = std::move(method);
    asked.headers = std::move(headers);
    return asked;
}

TEST(http_conditional, a_single_range_is_served_and_whatever_is_none_is_ignored) {
    struct row {
        const char* range;
        wanted_bytes wanted;
    };
    const wanted_bytes whole{kind::whole, 0, 10};
    const row rows[] = {
        {"bytes=0-3", {kind::part, 0, 4}},
        {"Bytes=0-3", {kind::part, 0, 4}},
        {" bytes= 0-3 ", {kind::part, 0, 4}},
        {"bytes=4-", {kind::part, 4, 6}},
        {"bytes=9-9", {kind::part, 9, 1}},
        {"bytes=8-99", {kind::part, 8, 2}},
        {"bytes=8-99999999999999999999999", {kind::part, 8, 2}},
        {"bytes=-3", {kind::part, 7, 3}},
        {"bytes=-99", {kind::part, 0, 10}},
        {"bytes=-99999999999999999999999", {kind::part, 0, 10}},
        {"bytes=10-", {kind::none}},
        {"bytes=10-12", {kind::none}},
        {"bytes=99999999999999999999999-", {kind::none}},
        {"bytes=-0", {kind::none}},
        {"", whole},
        {"bytes", whole},
        {"bytes=", whole},
        {"bytes=-", whole},
        {"bytes=3", whole},
        {"bytes=5-3", whole},
        {"bytes=a-3", whole},
        {"bytes=0-b", whole},
        {"bytes=0x1-3", whole},
        {"bytes=+1-3", whole},
        {"bytes=--3", whole},
        {"bytes=1-3-5", whole},
        {"bytes=0-1,4-5", whole},
        {"chars=0-3", whole},
        {"bytes 0-3", whole},
    };
    for (const auto& row : rows)
        EXPECT_EQ(wanted_of(asking({{"range", row.range}}), tag, 10), row.wanted) << row.range;
    EXPECT_EQ(wanted_of(asking({{"range", "bytes=0-3"}}, "HEAD"), tag, 10), whole);
    EXPECT_EQ(wanted_of(asking({{"range", "bytes=0-"}}), tag, 0), wanted_bytes{kind::none});
}

TEST(http_conditional, a_range_holds_only_for_the_file_that_the_client_has_a_part_of) {
    const wanted_bytes part{kind::part, 2, 8};
    const wanted_bytes whole{kind::whole, 0, 10};
    const auto wanted = [](const char* if_range) {
        return wanted_of(asking({{"range", "bytes=2-"}, {"if-range", if_range}}), tag, 10);
    };
    EXPECT_EQ(wanted("\"abc\""), part);
    EXPECT_EQ(wanted(" \"abc\" "), part);
    for (const char* other : {"\"abd\"", "W/\"abc\"", "*", "abc", "Mon, 23 Nov 2026 12:00:00 GMT"})
        EXPECT_EQ(wanted(other), whole) << other;
}

TEST(http_conditional, what_the_client_has_is_not_sent_again_whatever_it_wants_of_it) {
    EXPECT_EQ(wanted_of(asking({{"if-none-match", "\"abc\""}, {"range", "bytes=2-"}}), tag, 10),
              wanted_bytes{kind::unchanged});
    EXPECT_EQ(wanted_of(asking({{"if-none-match", "\"abd\""}, {"range", "bytes=2-"}}), tag, 10),
              (wanted_bytes{kind::part, 2, 8}));
    EXPECT_EQ(wanted_of(asking({{"if-none-match", "W/\"abc\""}}, "HEAD"), tag, 10),
              wanted_bytes{kind::unchanged});
}

}  // namespace
}  // namespace medusa::http
