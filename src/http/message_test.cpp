#include "http/message.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"

namespace medusa::http {
namespace {

using strings = std::vector<std::string>;

TEST(http_target, is_taken_apart_and_decoded) {
    struct row {
        const char* text;
        strings path;
        pair_list query;
    };
    const row rows[] = {
        {"/", {}, {}},
        {"/api/characters/7", {"api", "characters", "7"}, {}},
        {"/api/", {"api", ""}, {}},
        {"/a%20b+c", {"a b+c"}, {}},
        {"/%E6%9C%88", {"月"}, {}},
        {"/a%2Fb", {"a/b"}, {}},
        {"/x?a=1&b=%26&c", {"x"}, {{"a", "1"}, {"b", "&"}, {"c", ""}}},
        {"/x?q=a+b&&q=c", {"x"}, {{"q", "a b"}, {"q", "c"}}},
        {"/x?a=b=c?d", {"x"}, {{"a", "b=c?d"}}},
    };
    for (const auto& row : rows) {
        const auto found = parse_target(row.text);
        EXPECT_EQ(found.path, row.path) << row.text;
        EXPECT_EQ(found.query, row.query) << row.text;
    }
}

TEST(http_target, refuses_what_leads_nowhere) {
    for (const std::string text :
         {"", "*", "api", "http://x/api", "/%", "/%2", "/%zz", "/a/../b", "/a/%2e%2E/b", "/./b",
          "/%00", "/a%0d%0aSet-Cookie:x", "/x?a=%", "/x?a=%00", "/%ff", "/x?a=%C3%28", "/\x7f"})
        EXPECT_THROW(parse_target(text), error) << text;
    std::string many = "/x?";
    for (int i = 0; i < 65; ++i) many += "a=1&";
    EXPECT_THROW(parse_target(many), error);
}

}  // namespace
}  // namespace medusa::http
