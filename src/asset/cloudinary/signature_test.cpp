#include "asset/cloudinary/signature.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <random>

#include "net/http.hpp"
#include "support/fake_server.hpp"

namespace medusa {
namespace {

namespace json = boost::json;

constexpr auto callback = "https://fake.com/callback?a=1";

struct vector_row {
    call_parameters parameters;
    std::string secret;
    signature_algorithm algorithm;
    std::string text;
    std::string digest;
};

const call_parameters picture{{"timestamp", "1315060510"}, {"public_id", "sample_image"}};
const call_parameters thumbnails{{"timestamp", "1315060510"},
                                 {"public_id", "sample_image"},
                                 {"eager", "w_400,h_300,c_pad|w_260,h_200,c_crop"}};
constexpr auto thumbnails_text =
    "eager=w_400,h_300,c_pad|w_260,h_200,c_crop&public_id=sample_image&timestamp=1315060510";

const vector_row published[] = {
    {picture, "abcd", signature_algorithm::sha1, "public_id=sample_image&timestamp=1315060510",
     "b4ad47fb4e25c7bf5f92a20089f9db59bc302313"},
    {thumbnails, "abcd", signature_algorithm::sha1, thumbnails_text,
     "bfd09f95f331f558cbd1320e67aa8d488770583e"},
    {thumbnails, "abcd", signature_algorithm::sha256, thumbnails_text,
     "cc927e1290f9e3ae4c1a741eda21a4630b4ce80f9ce0bc0296337d25cf40f91e"},
    {{{"cloud_name", "dn6ot3ged"},
      {"timestamp", "1568810420"},
      {"notification_url", std::string(callback) + "&tags=hello,world"}},
     "hdcixPpR2iKERPwqvH6sHdK9cyac",
     signature_algorithm::sha1,
     "cloud_name=dn6ot3ged&notification_url=https://fake.com/callback?a=1%26tags=hello,world"
     "&timestamp=1568810420",
     "4fdf465dd89451cc1ed8ec5b3e314e8a51695704"},
};

TEST(cloudinary_signature, equals_the_published_vectors) {
    for (const auto& row : published) {
        EXPECT_EQ(text_to_sign(row.parameters), row.text);
        EXPECT_EQ(signature_of(row.parameters, row.secret, row.algorithm), row.digest) << row.text;
    }
}

TEST(cloudinary_signature, tells_a_value_with_an_ampersand_from_two_parameters) {
    const call_parameters one{{"notification_url", std::string(callback) + "&tags=hello,world"}};
    const call_parameters two{{"notification_url", callback}, {"tags", "hello,world"}};
    EXPECT_NE(signature_of(one, "s", signature_algorithm::sha1),
              signature_of(two, "s", signature_algorithm::sha1));
}

TEST(cloudinary_signature, leaves_out_what_has_no_value) {
    EXPECT_EQ(text_to_sign({{"b", ""}, {"a", "1"}}), "a=1");
    EXPECT_EQ(text_to_sign({}), "");
}

std::string random_text(std::mt19937& chance, std::size_t pieces_max) {
    const std::vector<std::string> pieces{"a",   "Z",  "7", "_", "-",  "&",  "=",  "%",  "+", "|",
                                          "%26", "\"", " ", "?", "\n", "é",  "月", "🌙", ",", "\\",
                                          "/",   ";",  "#", "'", "<",  "\t", "\r", "~"};
    std::string text;
    for (auto left = chance() % (pieces_max + 1); left > 0; --left)
        text += pieces[chance() % pieces.size()];
    return text;
}

json::object random_signed_set(std::mt19937& chance) {
    call_parameters parameters;
    json::object fields;
    for (auto left = 1 + chance() % 6; left > 0; --left) {
        auto name = fmt::format("{}{}", char('a' + chance() % 3), chance() % 20);
        auto value = random_text(chance, 12);
        if (!fields.emplace(name, value).second) continue;
        parameters.emplace_back(std::move(name), std::move(value));
    }
    const auto secret = "s" + random_text(chance, 8);
    const auto algorithm = chance() % 2 ? signature_algorithm::sha1 : signature_algorithm::sha256;
    return {{"fields", fields},
            {"secret", secret},
            {"signature", signature_of(parameters, secret, algorithm)}};
}

json::object verdict_on(const testing_support::fake_server& fake, const json::array& sets) {
    http_request request{.method = "POST", .url = fake.url() + "/_fake/verify"};
    request.body = json::serialize(json::object{{"sets", sets}});
    return json::parse(make_http_client()->send(request, {}).body).as_object();
}

TEST(cloudinary_signature, ten_thousand_random_sets_pass_a_verifier_of_its_own) {
    const testing_support::fake_server fake("fake_cloudinary.py");
    std::mt19937 chance(42);
    json::array sets;
    for (int i = 0; i < 10'000; ++i) sets.push_back(random_signed_set(chance));
    const auto verdict = verdict_on(fake, sets);
    EXPECT_EQ(verdict.at("checked").as_int64(), 10'000);
    EXPECT_EQ(json::serialize(verdict.at("wrong")), "[]");
    EXPECT_EQ(json::serialize(verdict.at("otherwise")), "[]") << "Cloudinary's library disagrees";

    sets.at(7).as_object()["secret"] = "another";
    const auto after = verdict_on(fake, sets);
    EXPECT_EQ(json::serialize(after.at("wrong")), "[7]") << "it verifies nothing";
    EXPECT_EQ(json::serialize(after.at("otherwise")),
              verdict.at("official").as_bool() ? "[7]" : "[]");
}

}  // namespace
}  // namespace medusa
