// How much of the person a picture shows, and what it does there.
#include <gtest/gtest.h>

#include <set>

#include "engine/sketch/mapper.hpp"
#include "support/sketch_art.hpp"

namespace medusa::sketch {
namespace {

picture_request request_for_a_pirate() {
    picture_request made;
    made.appearance.role = "pirate";
    made.style = "fantasy";
    made.seed = 1;
    made.character_seed = 77;
    return made;
}

TEST(Framing, WordsNameTheFraming) {
    auto request = request_for_a_pirate();
    request.type = image_type::portrait;
    EXPECT_FALSE(plan_drawing(tables(), pieces(), request).full);
    request.wish = "Medium shot, in the rain";
    auto drawn = plan_drawing(tables(), pieces(), request);
    ASSERT_TRUE(drawn.full);
    EXPECT_TRUE(drawn.full->half);
    request.type = image_type::custom;
    request.wish = "a close-up";
    EXPECT_FALSE(plan_drawing(tables(), pieces(), request).full);
    request.wish = "seen from head to toe";
    drawn = plan_drawing(tables(), pieces(), request);
    ASSERT_TRUE(drawn.full);
    EXPECT_FALSE(drawn.full->half);
    request.type = image_type::full_body;
    request.wish = "";
    request.setting = "half-body";
    drawn = plan_drawing(tables(), pieces(), request);
    EXPECT_FALSE(drawn.full->half) << "a full figure was asked for";
    request.type = image_type::portrait;
    drawn = plan_drawing(tables(), pieces(), request);
    EXPECT_TRUE(drawn.full->half);
    EXPECT_TRUE(drawn.notes.empty());
}

TEST(Framing, AVariationIsTurnedAndShowsAnotherPoseAndFace) {
    auto request = request_for_a_pirate();
    const auto usual = plan_drawing(tables(), pieces(), request).face;
    request.type = image_type::variation;
    std::set<std::string> poses, mouths;
    for (request.seed = 0; request.seed < 20; ++request.seed) {
        const auto drawn = plan_drawing(tables(), pieces(), request);
        ASSERT_TRUE(drawn.full);
        EXPECT_TRUE(drawn.full->half);
        EXPECT_TRUE(drawn.placing.mirror);
        EXPECT_NE(drawn.full->name, "standing");
        EXPECT_NE(drawn.full->name, "confident") << "others stand so";
        EXPECT_FALSE(drawn.face.eyes == usual.eyes && drawn.face.mouth == usual.mouth);
        poses.insert(drawn.full->name);
        mouths.insert(drawn.face.mouth);
    }
    EXPECT_GE(poses.size(), 3u);
    EXPECT_GE(mouths.size(), 3u);
    request.mood = "sad";
    request.wish = "dancing, close-up";
    const auto drawn = plan_drawing(tables(), pieces(), request);
    EXPECT_EQ(drawn.face.mouth, "sad") << "what is asked for comes first";
    EXPECT_FALSE(drawn.full);
}

TEST(Framing, ACustomPictureShowsAsMuchAsItsPromptNeeds) {
    auto request = request_for_a_pirate();
    request.type = image_type::custom;
    request.wish = "at the market";
    auto drawn = plan_drawing(tables(), pieces(), request);
    ASSERT_TRUE(drawn.full);
    EXPECT_TRUE(drawn.full->half);
    EXPECT_FALSE(drawn.placing.mirror);
    request.wish = "dancing in the rain";
    drawn = plan_drawing(tables(), pieces(), request);
    ASSERT_TRUE(drawn.full);
    EXPECT_FALSE(drawn.full->half);
    EXPECT_EQ(drawn.full->name, "dancing");
    request.wish = "reading a book";
    drawn = plan_drawing(tables(), pieces(), request);
    EXPECT_TRUE(drawn.full->half);
    EXPECT_EQ(drawn.full->name, "reading");
}

}  // namespace
}  // namespace medusa::sketch
