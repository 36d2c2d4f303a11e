#include "engine/sketch/stance.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "core/error.hpp"
#include "core/resources.hpp"

namespace medusa::sketch {
namespace json = boost::json;
namespace {

constexpr std::string_view pose_folder = "sketch/poses/";
constexpr std::string_view extension = ".json";

// Fields that a table leaves out keep their defaults.
void take(const json::object& from, std::string_view name, std::string& into) {
    if (const auto* found = from.if_contains(name)) into = json::value_to<std::string>(*found);
}
void take(const json::object& from, std::string_view name, double& into) {
    if (const auto* found = from.if_contains(name)) into = found->to_number<double>();
}
void take(const json::object& from, std::string_view name, bool& into) {
    if (const auto* found = from.if_contains(name)) into = found->as_bool();
}

void read_row(const json::object& row, proportions& into) {
    for (const auto& [name, field] : proportion_fields) take(row, name, into.*field);
}

void read_row(const json::object& row, cut& into) {
    take(row, "sleeve", into.sleeve);
    take(row, "sleeve_fill", into.sleeve_fill);
    take(row, "cuff", into.cuff);
    take(row, "top", into.top);
    take(row, "skirt", into.skirt);
    take(row, "skirt_fill", into.skirt_fill);
    take(row, "hem", into.hem);
    take(row, "tails", into.tails);
    take(row, "legs", into.legs);
    take(row, "belt", into.belt);
    take(row, "buckle", into.buckle);
    take(row, "shoe", into.shoe);
    take(row, "shoe_fill", into.shoe_fill);
    take(row, "gloves", into.gloves);
    take(row, "plates", into.plates);
}

void read_row(const json::value& word, std::string& into) {
    into = json::value_to<std::string>(word);
}

limb_pose limb_of(const json::object& row) {
    limb_pose made;
    take(row, "upper", made.upper);
    take(row, "lower", made.lower);
    take(row, "upper_length", made.upper_length);
    take(row, "lower_length", made.lower_length);
    take(row, "end", made.end);
    take(row, "behind", made.behind);
    take(row, "lifted", made.lifted);
    take(row, "shape", made.shape);
    return made;
}

pose pose_of(const json::object& row) {
    pose made;
    take(row, "lean", made.lean);
    take(row, "head", made.head);
    take(row, "hand", made.hand);
    take(row, "prop", made.prop);
    take(row, "prop_angle", made.prop_angle);
    take(row, "seat", made.seat);
    take(row, "effect", made.effect);
    made.left_arm = limb_of(row.at("left_arm").as_object());
    made.right_arm = limb_of(row.at("right_arm").as_object());
    made.left_leg = limb_of(row.at("left_leg").as_object());
    made.right_leg = limb_of(row.at("right_leg").as_object());
    return made;
}

template <class Row>
void read_table(const json::value& from, std::map<std::string, Row, std::less<>>& into) {
    for (const auto& entry : from.as_object()) {
        if constexpr (std::is_same_v<Row, std::string>)
            read_row(entry.value(), into[entry.key()]);
        else
            read_row(entry.value().as_object(), into[entry.key()]);
    }
}

// Reads one file; whatever is wrong with it is told with its name.
template <class Use>
void read_file(std::string_view name, const Use& use) {
    try {
        use(json::parse(resource(name)).as_object());
    } catch (const std::exception& problem) {
        throw error(errc::internal, fmt::format("{}: {}", name, problem.what()));
    }
}

}  // namespace

figure_tables load_figure_tables() {
    figure_tables made;
    read_file("sketch/figure/figure.json", [&](const json::object& all) {
        read_table(all.at("builds"), made.builds);
        proportions unchanged;
        for (const auto& [name, field] : proportion_fields) unchanged.*field = 1;
        for (const auto& shape : all.at("shapes").as_object()) made.shapes[shape.key()] = unchanged;
        read_table(all.at("shapes"), made.shapes);
        read_table(all.at("cuts"), made.cuts);
        read_table(all.at("role_poses"), made.role_poses);
        read_table(all.at("role_props"), made.role_props);
        read_table(all.at("tails"), made.tails);
        read_table(all.at("held"), made.prop_of_part);
        read_table(all.at("pose_words"), made.pose_words);
    });
    for (const auto path : resource_names(pose_folder)) {
        if (!path.ends_with(extension)) continue;
        auto name = path.substr(pose_folder.size());
        name.remove_suffix(extension.size());
        read_file(path, [&](const json::object& row) { made.poses.emplace(name, pose_of(row)); });
    }
    return made;
}

}  // namespace medusa::sketch
