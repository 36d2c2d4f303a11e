#include "http/represent.hpp"

#include <gtest/gtest.h>
#include <libdeflate.h>

namespace medusa::http {
namespace {

const std::string page = R"({"items":")" + std::string(5'000, 'x') + R"("})";

std::string unpacked(const std::string& packed) {
    auto* by = libdeflate_alloc_decompressor();
    std::string plain(page.size() * 2, '\0');
    std::size_t size = 0;
    EXPECT_EQ(libdeflate_gzip_decompress(by, packed.data(), packed.size(), plain.data(),
                                         plain.size(), &size),
              LIBDEFLATE_SUCCESS);
    libdeflate_free_decompressor(by);
    return plain.substr(0, size);
}

std::string header(const response& reply, std::string_view name) {
    std::string all;
    for (const auto& [known, value] : reply.headers)
        if (known == name) all += (all.empty() ? "" : "|") + value;
    return all;
}

response told(const pair_list& headers, response reply, const std::string& method = "GET") {
    request asked;
    asked.method = method;
    asked.headers = headers;
    represent(asked, reply);
    return reply;
}

response told(const pair_list& headers, const std::string& body = page) {
    return told(headers, response{200, "application/json", body});
}

TEST(http_represent, what_never_changes_is_the_same_but_not_made_again) {
    auto text = fixed_of(page);
    response known{200, "application/json", text.plain};
    known.fixed = &text;
    const auto packed = told({{"accept-encoding", "gzip"}}, known);
    EXPECT_EQ(unpacked(packed.body), page);
    EXPECT_EQ(header(packed, "ETag"), header(told({{"accept-encoding", "gzip"}}), "ETag"));
    EXPECT_EQ(told({}, known).body, page);
    EXPECT_EQ(told({{"if-none-match", etag_of(page)}}, known).status, 304);
    text.gzip = "made before";
    text.etag = R"("made")";
    const auto again = told({{"accept-encoding", "gzip"}}, known);
    EXPECT_EQ(again.body, "made before");
    EXPECT_EQ(header(again, "ETag"), R"("made-gzip")");
}

TEST(http_represent, a_weak_tag_is_enough_to_save_a_body_but_not_to_change_something) {
    struct row {
        const char* list;
        bool weak;
        bool strong;
    };
    const row rows[] = {
        {R"("4a1f")", true, true},
        {R"("4a1f-gzip")", true, true},
        {R"("0", "4a1f")", true, true},
        {"*", true, true},
        {R"(W/"4a1f")", true, false},
        {R"(W/"4a1f-gzip")", true, false},
        {R"(W/"4a1f", "4a1f")", true, true},
        {R"("4a1")", false, false},
        {"", false, false},
    };
    for (const auto& [list, weak, strong] : rows) {
        EXPECT_EQ(names_tag(list, R"("4a1f")", tag_comparison::weak), weak) << list;
        EXPECT_EQ(names_tag(list, R"("4a1f")", tag_comparison::strong), strong) << list;
    }
}

TEST(http_represent, gzip_is_for_those_who_want_it_most) {
    struct row {
        const char* accepted;
        bool gzip;
    };
    const row rows[] = {
        {"", false},
        {"gzip", true},
        {"GZip;Q=0.5", true},
        {"x-gzip", true},
        {"deflate, gzip;q=1.0, *;q=0.5", true},
        {"gzip, deflate, br, zstd", true},
        {"*", true},
        {"*;q=0", false},
        {"gzip;q=0", false},
        {"gzip;q=0, *", false},
        {"gzip;q=0.000", false},
        {"br", false},
        {"identity", false},
        {"identity, gzip;q=0.5", false},
        {"identity;q=0.5, gzip;q=1", true},
        {"identity;q=0, *;q=0.1", true},
        {"gzip;q=2", false},
        {"gzip;q=nan", false},
        {"gzip;q=-1", false},
        {"gzip;q=", false},
        {"gzipped", false},
        {" , ;q=1,,", false},
    };
    for (const auto& row : rows) {
        EXPECT_EQ(wants_gzip(row.accepted), row.gzip) << row.accepted;
        const auto reply = told({{"accept-encoding", row.accepted}});
        EXPECT_EQ(header(reply, "Content-Encoding"), row.gzip ? "gzip" : "") << row.accepted;
        EXPECT_EQ(header(reply, "Vary"), "Accept-Encoding");
        EXPECT_EQ(row.gzip ? unpacked(reply.body) : reply.body, page) << row.accepted;
    }
}

TEST(http_represent, only_text_of_some_size_is_compressed) {
    const pair_list wanting{{"accept-encoding", "gzip"}};
    EXPECT_EQ(header(told(wanting, "{}"), "Content-Encoding"), "");
    EXPECT_EQ(header(told(wanting, "{}"), "Vary"), "");
    const auto picture = told(wanting, response{200, "image/png", page});
    EXPECT_EQ(picture.body, page);
    EXPECT_EQ(header(picture, "ETag"), "");
    const auto refused = told(wanting, response{400, "application/problem+json", page});
    EXPECT_EQ(unpacked(refused.body), page);
    EXPECT_EQ(header(refused, "ETag"), "");
    EXPECT_EQ(header(refused, "Cache-Control"), "no-store");
}

TEST(http_represent, who_has_it_already_is_told_so) {
    const auto tag = header(told({}), "ETag");
    EXPECT_EQ(tag, etag_of(page));
    const auto packed = header(told({{"accept-encoding", "gzip"}}), "ETag");
    EXPECT_NE(packed, tag) << "other bytes have another strong tag";
    EXPECT_EQ(header(told({}), "Cache-Control"), "private, no-cache");
    for (const auto& known : {tag, packed, "W/" + tag, "\"a\", " + tag, std::string("*")}) {
        const auto reply = told({{"if-none-match", known}});
        EXPECT_EQ(reply.status, 304) << known;
        EXPECT_EQ(reply.body, "");
        EXPECT_EQ(reply.content_type, "");
        EXPECT_EQ(header(reply, "ETag"), tag);
    }
    for (const std::string other : {"\"a\"", "", "\"\"", "a"})
        EXPECT_EQ(told({{"if-none-match", other}}).status, 200) << other;
    EXPECT_EQ(told({{"if-none-match", tag}}, page + " ").status, 200) << "it has changed";
}

TEST(http_represent, tags_are_for_what_is_read) {
    const response made{201, "application/json", page};
    const response found{200, "application/json", page};
    EXPECT_EQ(header(told({}, made, "POST"), "ETag"), "");
    EXPECT_EQ(header(told({}, found, "POST"), "ETag"), "");
    EXPECT_EQ(header(told({}, found, "HEAD"), "ETag"), etag_of(page));
    auto own = found;
    own.headers = {{"ETag", "\"own\""}, {"Cache-Control", "max-age=5"}};
    EXPECT_EQ(header(told({{"accept-encoding", "gzip"}}, own), "ETag"), "\"own\"");
    EXPECT_EQ(header(told({}, own), "Cache-Control"), "max-age=5");
}

}  // namespace
}  // namespace medusa::http
