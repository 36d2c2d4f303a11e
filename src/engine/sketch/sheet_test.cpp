#include "engine/sketch/sheet.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "core/error.hpp"
#include "core/files.hpp"
#include "core/hash.hpp"
#include "core/text.hpp"
#include "engine/sketch/compose.hpp"
#include "support/sketch_art.hpp"

namespace medusa::sketch {
namespace {

namespace fs = std::filesystem;

const art_files& art() {
    static const auto embedded = embedded_art();
    return embedded;
}

sheet sheet_of(const std::string& name) {
    return make_sheet(name, art(), tables(), pieces());
}

TEST(Sheets, HoldWhatTheirNamesPromise) {
    const auto count = [](const std::string& name) { return sheet_of(name).pictures.size(); };
    EXPECT_EQ(count("people"), 60U);
    EXPECT_EQ(count("styles"), 8U * 5);
    EXPECT_EQ(count("moods"), 28U * 3);
    EXPECT_EQ(count("poses"), 8U * 5);
    EXPECT_EQ(count("parts"), pieces().parts.size());
    EXPECT_EQ(count("garments"), pieces().garments.size() * 4);
    EXPECT_EQ(count("scenes"), pieces().scenes.size() * 3);
    EXPECT_GE(count("hats"), 16U * 4);
    EXPECT_EQ(count("hats") % 4, 0U);
}

TEST(Sheets, EveryPictureHasALabelOfItsOwn) {
    for (const auto& [name, about] : sheet_list()) {
        std::set<std::string> labels;
        for (const auto& [label, request] : sheet_of(name).pictures)
            EXPECT_TRUE(labels.insert(label).second) << name << ": " << label;
    }
}

TEST(Sheets, ShowWhatTheirLabelsSay) {
    const auto plan = [](const auto& request) { return plan_drawing(tables(), pieces(), request); };
    for (const auto& [label, request] : sheet_of("parts").pictures) {
        const auto worn = plan(request).who.parts;
        EXPECT_TRUE(std::find(worn.begin(), worn.end(), label) != worn.end()) << label;
    }
    for (const auto& [label, request] : sheet_of("garments").pictures)
        EXPECT_EQ(plan(request).who.garment, label.substr(0, label.find(','))) << label;
    for (const auto& [label, request] : sheet_of("scenes").pictures)
        EXPECT_EQ(plan(request).scene, label.substr(0, label.find(','))) << label;
    for (const auto& [label, request] : sheet_of("poses").pictures)
        EXPECT_EQ(plan(request).full.value().name, label.substr(label.find(", ") + 2)) << label;
}

TEST(Sheets, AnUnknownNameIsAnsweredWithTheNearest) {
    try {
        sheet_of("hat");
        ADD_FAILURE();
    } catch (const error& refused) {
        EXPECT_EQ(refused.code(), errc::invalid_argument);
        EXPECT_EQ(refused.advice(), "Did you mean hats?");
    }
}

// One line a picture: a hash of its SVG document, the sheet and the label.
std::string hashes() {
    std::string made;
    for (const auto& [name, about] : sheet_list())
        for (const auto& [label, request] : sheet_of(name).pictures) {
            const auto plan = plan_drawing(tables(), pieces(), request);
            const auto svg = compose_svg(pieces(), plan, 1024, 1024);
            made += fmt::format("{}  {}: {}\n", sha256_hex(svg).substr(0, 16), name, label);
        }
    return made;
}

// The first few lines that are new.
std::string changed(const std::string& before, const std::string& now) {
    constexpr std::size_t shown = 8;
    const auto old_lines = split(before, '\n');
    const std::set<std::string> known(old_lines.begin(), old_lines.end());
    std::size_t fresh = 0;
    std::string told;
    for (const auto& line : split(now, '\n'))
        if (!known.contains(line) && ++fresh <= shown) told += line + "\n";
    return fmt::format("{} pictures are new or drawn otherwise:\n{}{}", fresh, told,
                       fresh > shown ? "...\n" : "");
}

// A picture that changes unseen is a fault, one that is meant to change is looked at first.
TEST(Sheets, AreDrawnAsBefore) {
    constexpr std::size_t largest = 1 << 20;
    const fs::path golden = MEDUSA_ROOT "/tests/data/sketch_sheets.txt";
    const auto before = read_file(golden, largest);
    const auto now = hashes();
    if (now == before) return;
    const auto beside = fs::read_symlink("/proc/self/exe").parent_path() / golden.filename();
    write_file_atomic(beside, now);
    ADD_FAILURE() << changed(before, now) << "look at the sheets; if they please:\n  cp "
                  << beside.string() << " " << golden.string();
}

}  // namespace
}  // namespace medusa::sketch
