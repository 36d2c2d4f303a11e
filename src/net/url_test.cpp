#include "net/url.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"

namespace medusa {
namespace {

TEST(url, parses_what_can_be_called) {
    const auto parts = parse_url("HTTPS://me:p%40ss@Host.Example/sd/?q=1#x");
    EXPECT_EQ(parts.scheme, "https");
    EXPECT_EQ(parts.user, "me");
    EXPECT_EQ(parts.password, "p@ss");
    EXPECT_EQ(parts.origin(), "https://host.example:443");
    EXPECT_EQ(parts.path, "/sd/");
    EXPECT_EQ(parts.query, "q=1");
    EXPECT_EQ(parse_url("ws://[::1]:8188").origin(), "ws://[::1]:8188");
    EXPECT_EQ(parse_url("ws://h").port, 80);
    EXPECT_EQ(parse_url("wss://h").port, 443);
}

TEST(url, refuses_the_rest_without_repeating_it) {
    using namespace std::string_literals;
    for (const auto& text : {""s, "host:8188"s, "ftp://u:secret@h/"s, "file:///etc/passwd"s,
                             "http://"s, "http://h:99999/"s, "http://h\0.example/"s, "http://h h/"s,
                             "//h/"s, "javascript:alert(1)"s})
        try {
            parse_url(text);
            ADD_FAILURE() << text;
        } catch (const error& refused) {
            EXPECT_EQ(refused.code(), errc::invalid_argument);
            EXPECT_EQ(std::string(refused.what()).find("secret"), std::string::npos);
        }
}

TEST(url, joins_below_the_path_of_the_base) {
    EXPECT_EQ(join_url("http://h:1", "prompt"), "http://h:1/prompt");
    EXPECT_EQ(join_url("http://h:1/", "/prompt"), "http://h:1/prompt");
    EXPECT_EQ(join_url("http://u:p@h/sd/", "view?a=1&b=%20"), "http://u:p@h/sd/view?a=1&b=%20");
    EXPECT_EQ(join_url("http://h/sd?token=1#x", "prompt"), "http://h/sd/prompt");
    EXPECT_EQ(websocket_url("https://h/ws?clientId=1"), "wss://h/ws?clientId=1");
    EXPECT_EQ(websocket_url("http://h:8188/"), "ws://h:8188/");
}

TEST(url, escapes_every_value) {
    EXPECT_EQ(query_string({{"filename", "a b&c=d/é.png"}, {"type", "output"}}),
              "filename=a%20b%26c%3Dd%2F%C3%A9.png&type=output");
    EXPECT_EQ(url_escape(""), "");
}

TEST(url, shows_no_secret) {
    EXPECT_EQ(printable_url("https://abcdef0123-8188.proxy.runpod.net/prompt"),
              "https://ab***-8188.proxy.runpod.net/prompt");
    EXPECT_EQ(printable_url("https://abc-7860.proxy.runpod.net"),
              "https://***-7860.proxy.runpod.net");
    EXPECT_EQ(printable_url("https://four-words-make-it.trycloudflare.com/"),
              "https://fo***.trycloudflare.com");
    EXPECT_EQ(printable_url("http://me:secret@h.example:81/a?token=secret#secret"),
              "http://h.example:81/a?***");
    EXPECT_EQ(printable_url("http://127.0.0.1:8188/ws"), "http://127.0.0.1:8188/ws");
    EXPECT_EQ(printable_url("secret"), "(not an address)");
}

TEST(url, knows_loopback) {
    for (const auto* host : {"localhost", "127.0.0.1", "127.8.8.8", "[::1]", "a.localhost"})
        EXPECT_TRUE(is_loopback(host)) << host;
    for (const auto* host :
         {"localhost.example", "10.0.0.1", "h.example", "128.0.0.1", "127.example"})
        EXPECT_FALSE(is_loopback(host)) << host;
}

}  // namespace
}  // namespace medusa
