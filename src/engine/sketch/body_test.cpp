#include "engine/sketch/body.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <pugixml.hpp>

#include "engine/sketch/figure.hpp"
#include "engine/sketch/raster.hpp"
#include "support/sketch_art.hpp"

namespace medusa::sketch {
namespace {

picture_request full_figure(std::string_view description, std::string_view activity) {
    picture_request made;
    made.appearance = parse_look(description, {});
    made.type = image_type::full_body;
    made.style = "anime";
    made.mood = activity;
    made.seed = 5;
    made.character_seed = 6;
    return made;
}

TEST(Body, EveryPoseInEveryGarmentIsASoundDrawing) {
    const auto place = draw_scene(pieces().places, "studio", time_of_day::day, weather::clear, "1");
    auto plan = plan_drawing(tables(), pieces(), full_figure("a woman with a cape", "standing"));
    for (const auto& [garment, art] : pieces().garments)
        for (const auto& [name, stance] : tables().figures.poses) {
            plan.who.garment = garment;
            plan.full->posture = stance;
            plan.full->clothes = tables().figures.cuts.at(garment);
            plan.full->prop = stance.prop.empty() ? "staff" : stance.prop;
            const auto drawn = draw_figure(pieces(), plan, place.light);
            const auto text = "<svg>" + drawn.defs + drawn.body + "</svg>";
            pugi::xml_document tree;
            ASSERT_TRUE(tree.load_buffer(text.data(), text.size())) << garment << " " << name;
            for (const auto* bad : {" opacity=", "<filter", "<text", "$", "nan", "inf"})
                EXPECT_EQ(text.find(bad), std::string::npos) << garment << " " << name << bad;
        }
}

// How many pixels of a drawn figure lie outside of where it says it is.
int pixels_outside(const drawing& plan) {
    constexpr double around = 300;  // figure units shown beyond the extent
    constexpr double margin = 60;   // that the picture leaves free around a figure
    constexpr int side_px = 160;
    constexpr int visible = 40;  // alpha
    const auto place = draw_scene(pieces().places, "studio", time_of_day::day, weather::clear, "1");
    const auto drawn = draw_figure(pieces(), plan, place.light);
    const auto& reach = drawn.reach;
    const double width = reach.right - reach.left + 2 * around;
    const double height = reach.bottom - reach.top + 2 * around;
    const auto picture = render_svg(
        fmt::format(R"~(<svg xmlns="http://www.w3.org/2000/svg" width="{0}" height="{0}" )~"
                    R"~(preserveAspectRatio="none" viewBox="{1} {2} {3} {4}" fill="none">)~"
                    R"~(<defs>{5}</defs>{6}</svg>)~",
                    side_px, reach.left - around, reach.top - around, width, height, drawn.defs,
                    drawn.body),
        side_px, side_px);
    const auto within = [](int at, double length) {
        const double distance = (at + 0.5) / side_px * length;
        return distance > around - margin && distance < length - around + margin;
    };
    int outside = 0;
    for (int y = 0; y < side_px; ++y)
        for (int x = 0; x < side_px; ++x) {
            const auto alpha = picture.rgba[static_cast<std::size_t>(y * side_px + x) * 4 + 3];
            if (alpha > visible && !(within(x, width) && within(y, height))) ++outside;
        }
    return outside;
}

// That much the picture shows, with a margin: so hats, wings, swords and shoes are never cut off.
TEST(Body, NothingReachesOutOfItsExtent) {
    for (const auto& [name, stance] : tables().figures.poses)
        for (const auto* who : {"a witch with a witch hat", "a knight", "an angel", "a mage",
                                "a fox", "a warrior with a cape"}) {
            const auto plan = plan_drawing(tables(), pieces(), full_figure(who, name));
            EXPECT_EQ(pixels_outside(plan), 0) << name << ": " << who;
        }
}

TEST(Body, EveryPartFitsIntoThePicture) {
    auto plan = plan_drawing(tables(), pieces(), full_figure("a woman", "standing"));
    for (const auto& [part, art] : pieces().parts) {
        plan.who.parts = {part};
        EXPECT_EQ(pixels_outside(plan), 0) << part << ": does it say its m:top?";
    }
}

// Poses turn the head as a whole; the drawing of it is the same to the byte.
TEST(Body, TheSamePersonInEveryPose) {
    const auto head_in = [](const pose& stance) {
        auto request = full_figure("an elf mage with green eyes and a scar", "");
        auto plan = plan_drawing(tables(), pieces(), request);
        plan.full->posture = stance;
        const auto place =
            draw_scene(pieces().places, "studio", time_of_day::day, weather::clear, "1");
        const auto body = draw_figure(pieces(), plan, place.light).body;
        return body.substr(body.find("url(#jaw)"));
    };
    const auto standing = head_in(tables().figures.poses.at("standing"));
    EXPECT_GT(standing.size(), 2000U);
    for (const auto& [name, stance] : tables().figures.poses)
        EXPECT_TRUE(head_in(stance) == standing) << name;
}

TEST(Body, ActionIsWhatTheRoleDoes) {
    const auto pose_of = [](std::string_view who, std::string_view activity) {
        auto request = full_figure(who, activity);
        request.type = image_type::action;
        return plan_drawing(tables(), pieces(), request).full->name;
    };
    EXPECT_EQ(pose_of("a mage", ""), "casting");
    EXPECT_EQ(pose_of("a knight", ""), "fighting");
    EXPECT_EQ(pose_of("a pirate", ""), "fighting");
    EXPECT_EQ(pose_of("a dancer", ""), "dancing");
    EXPECT_EQ(pose_of("a librarian", ""), "reading");
    EXPECT_EQ(pose_of("a ranger", ""), "running");
    EXPECT_EQ(pose_of("a knight", "reading"), "reading");
    EXPECT_EQ(pose_of("a knight", "Reading by the fire"), "reading");
    EXPECT_EQ(pose_of("a woman", ""), pose_of("a woman", ""));
}

TEST(Body, RoyaltySitsOnAThroneWhereItLives) {
    picture_request request;
    request.appearance = parse_look("a queen", {});
    request.style = "anime";
    request.type = image_type::full_body;
    request.mood = "sitting";
    EXPECT_EQ(plan_drawing(tables(), pieces(), request).full->posture.seat, "throne");
    request.setting = "beach";
    EXPECT_EQ(plan_drawing(tables(), pieces(), request).full->posture.seat, "rock");
    request.appearance.role = "maid";
    request.setting = "library";
    EXPECT_EQ(plan_drawing(tables(), pieces(), request).full->posture.seat, "chair");
}

}  // namespace
}  // namespace medusa::sketch
