#include "asset/cloudinary/asset_name.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"

namespace medusa {
namespace {

TEST(cloudinary_name, pictures_lose_their_ending_and_documents_keep_it) {
    struct row {
        const char* path;
        const char* type;
        const char* public_id;
        const char* folder;
    };
    const row rows[] = {
        {"anna/characters/luna/avatar/x-1a.png", "image", "anna/characters/luna/avatar/x-1a",
         "anna/characters/luna/avatar"},
        {"anna/embeddings/embeddings.json", "raw", "anna/embeddings/embeddings.json",
         "anna/embeddings"},
        {"x.png", "image", "x", ""},
        {"a/.png", "raw", "a/.png", "a"},
        {"x", "raw", "x", ""},
        {"a/v1x/x", "raw", "a/v1x/x", "a/v1x"},
        {"v12", "raw", "v12", ""},
    };
    for (const auto& row : rows) {
        const auto name = asset_name_of(row.path);
        EXPECT_EQ(name.type, row.type) << row.path;
        EXPECT_EQ(name.public_id, row.public_id) << row.path;
        EXPECT_EQ(name.folder, row.folder) << row.path;
        EXPECT_EQ(path_of_found(name.type, name.public_id, "png"), row.path);
    }
}

TEST(cloudinary_name, what_cloudinary_would_misread_is_refused) {
    const std::string at_the_limit(200, 'x');
    EXPECT_NO_THROW(asset_name_of(at_the_limit + "/" + std::string(54, 'y')));
    for (const auto& path : {at_the_limit + "/" + std::string(55, 'y'), std::string("a/v12/x.png"),
                             std::string("v1/x"), std::string("a?b"), std::string("A")})
        EXPECT_THROW(asset_name_of(path), error) << path;
}

TEST(cloudinary_name, assets_of_somebody_else_have_no_path) {
    EXPECT_FALSE(path_of_found("image", "Holiday Pictures/1", "jpg"));
    EXPECT_FALSE(path_of_found("image", "holiday/1", "jpg"));
    EXPECT_FALSE(path_of_found("raw", "a/x.png", ""));
    EXPECT_FALSE(path_of_found("raw", "", ""));
}

TEST(cloudinary_name, delivery_urls_name_type_version_and_path) {
    const auto account =
        account_from({.cloud_name = "demo", .api_key = "k", .api_secret = "s", .url = {}});
    EXPECT_EQ(delivery_url(account, asset_name_of("a/x.png"), 1312461204),
              "https://res.cloudinary.com/demo/image/upload/v1312461204/a/x.png");
    EXPECT_EQ(delivery_url(account, asset_name_of("a/x.json"), 1),
              "https://res.cloudinary.com/demo/raw/upload/v1/a/x.json");
}

TEST(cloudinary_name, thumbnails_are_made_by_their_url_and_of_pictures_only) {
    const auto account =
        account_from({.cloud_name = "demo", .api_key = "k", .api_secret = "s", .url = {}});
    EXPECT_EQ(thumbnail_url(account, asset_name_of("a/x.png"), 256),
              "https://res.cloudinary.com/demo/image/upload/c_limit,h_256,w_256/f_webp/v1/a/x.png");
    EXPECT_EQ(thumbnail_url(account, asset_name_of("a/x.json"), 256), "");
}

}  // namespace
}  // namespace medusa
