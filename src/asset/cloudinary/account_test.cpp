#include "asset/cloudinary/account.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"

namespace medusa {
namespace {

cloudinary_account from(const std::string& url) {
    cloudinary_config settings;
    settings.url = url;
    return account_from(settings);
}

TEST(cloudinary_account, is_read_from_one_variable_or_from_three) {
    const auto one = from("cloudinary://12345:s%2Fcret@demo");
    EXPECT_EQ(one.cloud_name, "demo");
    EXPECT_EQ(one.api_key, "12345");
    EXPECT_EQ(one.api_secret, "s/cret");
    EXPECT_EQ(one.api, "https://api.cloudinary.com");
    EXPECT_EQ(one.delivery, "https://res.cloudinary.com/demo");
    EXPECT_EQ(one.algorithm, signature_algorithm::sha1);

    cloudinary_config three;
    three.cloud_name = "Demo-2";
    three.api_key = "12345";
    three.api_secret = "s/cret";
    three.signature_algorithm = "sha256";
    EXPECT_EQ(account_from(three).delivery, "https://res.cloudinary.com/Demo-2");
    EXPECT_EQ(account_from(three).api_secret, "s/cret");
    EXPECT_EQ(account_from(three).algorithm, signature_algorithm::sha256);
}

TEST(cloudinary_account, other_hosts_come_by_the_query) {
    const auto account = from(
        "cloudinary://k:s@demo?upload_prefix=https://api-eu.cloudinary.com/&secure=true"
        "&secure_distribution=media.example.org");
    EXPECT_EQ(account.api, "https://api-eu.cloudinary.com");
    EXPECT_EQ(account.delivery, "https://media.example.org");
    EXPECT_EQ(from("cloudinary://k:s@demo?upload_prefix=http://127.0.0.1:80").api,
              "http://127.0.0.1:80");
}

TEST(cloudinary_account, what_is_no_account_is_refused_without_its_secret) {
    for (const auto* url :
         {"https://k:canary@demo", "cloudinary://demo", "cloudinary://k@demo",
          "cloudinary://:canary@demo", "cloudinary://k:canary@", "cloudinary://k:canary@de mo",
          "cloudinary://k:canary@demo?upload_prefix=http://example.org",
          "cloudinary://k:canary@demo?upload_prefix=ftp://example.org",
          "cloudinary://k:canary@demo?secure_distribution=https://u:p@example.org"}) {
        try {
            from(url);
            ADD_FAILURE() << url;
        } catch (const error& refused) {
            EXPECT_EQ(refused.code(), errc::invalid_argument) << url;
            EXPECT_TRUE(refused.detail().starts_with("Cloudinary upload failed: ")) << url;
            EXPECT_EQ(std::string(refused.what()).find("canary"), std::string::npos) << url;
            EXPECT_NE(refused.advice(), "") << url;
        }
    }
}

TEST(cloudinary_account, each_mistake_is_told_as_what_it_is) {
    struct row {
        const char* url;
        const char* detail;
        const char* advice;
    };
    const row rows[] = {
        {"cloudinary://k:s", "name of a cloud", "cloudinary://key:secret@cloud"},
        {"cloudinary://k:s@", "name of a cloud", "cloudinary://key:secret@cloud"},
        {"cloudinary://k@demo", "no key or no secret", "cloudinary://key:secret@cloud"},
        {"cloudinary://k:s@demo?upload_prefix=ftp://x", "upload_prefix", "https://host"},
    };
    for (const auto& [url, detail, advice] : rows) {
        try {
            from(url);
            ADD_FAILURE() << url;
        } catch (const error& refused) {
            EXPECT_NE(refused.detail().find(detail), std::string::npos) << refused.detail();
            EXPECT_NE(refused.advice().find(advice), std::string::npos) << refused.advice();
        }
    }
}

}  // namespace
}  // namespace medusa
