// Records that other programs wrote, over HTTP.
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "support/service_on_trial.hpp"

namespace medusa::http {
namespace {

namespace json = boost::json;

class odd_records : public testing::Test {
protected:
    // What a list tells of a character with this avatar.
    json::object told_with(const std::string& avatar) {
        const auto was = service_.make(service_.local_user(), "luna");
        auto now = was;
        now.avatar = avatar;
        EXPECT_TRUE(service_.stored().characters->update(was, now));
        const auto reply = service_.ask("GET", "/api/characters?limit=1");
        EXPECT_EQ(reply.status, 200) << avatar << reply.body;
        EXPECT_EQ(service_.ask("GET", "/api/characters/" + std::to_string(was.id)).status, 200);
        const auto first = json::parse(reply.body).at("items").at(0).as_object();
        EXPECT_EQ(first.at("avatar"), json::value(avatar));
        service_.ask("DELETE", "/api/characters/" + std::to_string(was.id));
        return first;
    }

    testing_support::service_on_trial service_;
};

TEST_F(odd_records, with_an_avatar_that_is_no_asset_are_shown_without_a_thumbnail) {
    for (const auto* avatar :
         {"https://cdn.example/x/characters/Luna%20S.PNG?v=1",
          "https://cdn.example/x/characters/luna/Luna%20S.PNG?v=1",
          "https://cdn.example/X/characters/luna/a.png", "https://cdn.example/portrait.png",
          "/characters/luna/a.png", "/characters/", "luna", ""})
        EXPECT_FALSE(told_with(avatar).contains("thumbnail")) << avatar;
}

TEST_F(odd_records, of_a_user_whose_folder_is_a_word_of_the_address_have_their_thumbnail) {
    EXPECT_EQ(told_with("/assets/anna/characters/luna/avatar/x.png").at("thumbnail"),
              "/assets/anna/characters/luna/avatar/x.png?size=256");
    EXPECT_EQ(told_with("/assets/characters/characters/luna/avatar/x.png").at("thumbnail"),
              "/assets/characters/characters/luna/avatar/x.png?size=256");
}

}  // namespace
}  // namespace medusa::http
