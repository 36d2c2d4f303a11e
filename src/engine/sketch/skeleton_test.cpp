#include "engine/sketch/skeleton.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "engine/sketch/rig.hpp"

namespace medusa::sketch {
namespace {

const figure_tables& tables() {
    static const auto loaded = load_rig().figures;
    return loaded;
}

double distance(point a, point b) {
    return std::hypot(a.x - b.x, a.y - b.y);
}

TEST(Skeleton, AnglesPointWhereTheTableOfPosesSays) {
    struct row {
        double angle, x, y;
    };
    const auto build = tables().builds.at("");
    for (const auto& [angle, x, y] :
         {row{0, 0, 1}, {90, 1, 0}, {-90, -1, 0}, {180, 0, -1}, {30, 0.5, std::sqrt(0.75)}}) {
        pose stance;
        stance.left_arm.upper = angle;
        stance.left_arm.lower = angle;
        const auto arm = bend(build, stance).left_arm;
        EXPECT_NEAR(arm.joint.x - arm.root.x, x * build.upper_arm, 1e-6) << angle;
        EXPECT_NEAR(arm.joint.y - arm.root.y, y * build.upper_arm, 1e-6) << angle;
        EXPECT_NEAR(distance(arm.root, arm.end), build.upper_arm + build.forearm, 1e-6);
    }
}

TEST(Skeleton, BonesKeepTheirLengthInEveryPose) {
    for (const auto& [style, build] : tables().builds)
        for (const auto& [name, stance] : tables().poses) {
            const auto bones = bend(build, stance);
            for (const bool left : {true, false}) {
                const auto& how = left ? stance.left_arm : stance.right_arm;
                const auto& arm = left ? bones.left_arm : bones.right_arm;
                EXPECT_NEAR(distance(arm.root, arm.joint), build.upper_arm * how.upper_length,
                            1e-6);
                EXPECT_NEAR(distance(arm.joint, arm.end), build.forearm * how.lower_length, 1e-6);
            }
            EXPECT_NEAR(distance(bones.neck, bones.pelvis), build.torso, 1e-6) << name;
        }
}

// A foot that stands touches the ground, without its leg being stretched out of shape.
TEST(Skeleton, FeetStand) {
    constexpr double most_stretch = 1.15;
    for (const auto& [style, build] : tables().builds)
        for (const auto& [name, stance] : tables().poses) {
            const auto bones = bend(build, stance);
            const double lowest = std::max(bones.left_leg.end.y, bones.right_leg.end.y);
            EXPECT_GT(bones.ground, lowest);
            for (const bool left : {true, false}) {
                const auto& how = left ? stance.left_leg : stance.right_leg;
                const auto& leg = left ? bones.left_leg : bones.right_leg;
                if (how.lifted) continue;
                EXPECT_NEAR(leg.end.y, lowest, 1e-6) << name;
                EXPECT_LT(distance(leg.joint, leg.end),
                          build.shin * how.lower_length * most_stretch)
                    << style << " " << name;
            }
        }
}

TEST(Skeleton, ALeanMovesTheHipsAndNotTheHead) {
    pose upright;
    pose leaning;
    leaning.lean = 20;
    const auto build = tables().builds.at("");
    const auto straight = bend(build, upright);
    const auto leant = bend(build, leaning);
    EXPECT_EQ(straight.neck.x, leant.neck.x);
    EXPECT_EQ(straight.neck.y, leant.neck.y);
    EXPECT_LT(leant.pelvis.x, straight.pelvis.x);
}

}  // namespace
}  // namespace medusa::sketch
