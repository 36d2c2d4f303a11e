#include "engine/sketch/lint.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "core/error.hpp"
#include "core/files.hpp"
#include "core/ids.hpp"
#include "engine/sketch/rig.hpp"
#include "engine/sketch/wardrobe.hpp"

namespace medusa::sketch {
namespace {

std::string told(const std::vector<art_fault>& faults) {
    std::string all;
    for (const auto& [file, what] : faults) all += fmt::format("{}: {}\n", file, what);
    return all;
}

TEST(Lint, TheArtOfTheProgramIsSound) {
    EXPECT_EQ(told(lint_art(embedded_art())), "");
}

// One slip in one file, and what an artist must be told of it.
struct slip {
    const char *file, *from, *to;  // `from` empty: `to` is the whole file
    const char* expected;
};

void PrintTo(const slip& row, std::ostream* out) {
    *out << row.file << ": " << row.expected;
}

class lint_slip : public testing::TestWithParam<slip> {};

TEST_P(lint_slip, is_named_with_file_and_fault) {
    const auto& [file, from, to, expected] = GetParam();
    auto art = embedded_art();
    if (std::string_view(from).empty()) {
        art[file] = to;
    } else {
        auto& text = art.at(file);
        const auto at = text.find(from);
        ASSERT_NE(at, std::string::npos) << file << " holds no " << from;
        text.replace(at, std::string_view(from).size(), to);
    }
    const auto faults = lint_art(art);
    const auto names_it = [&](const art_fault& one) {
        return one.file == file && one.what.find(expected) != std::string::npos;
    };
    EXPECT_TRUE(std::any_of(faults.begin(), faults.end(), names_it)) << expected << "\n"
                                                                     << told(faults);
}

constexpr auto crown = "parts/crown.svg";
constexpr auto robe = "garments/robe.svg";
constexpr auto tavern = "scenes/tavern.svg";
constexpr auto reading = "poses/reading.json";
constexpr auto figure = "figure/figure.json";

INSTANTIATE_TEST_SUITE_P(
    drawing, lint_slip,
    testing::Values(
        slip{crown, "</svg>", "", "line 1"},
        slip{crown, "<path", "<image", "<image>: this element"},
        slip{crown, "d=\"M286", "d=\"286", "is no path"},
        slip{crown, "viewBox=\"0 0 980 980\"", "viewBox=\"0 0 98 98\"", "viewBox must be"},
        slip{crown, "m:group=", "m:groop=", "m:groop is not read"},
        slip{crown, "m:group=", "m:words=\"a\" m:group=", "m:words is not read in parts/"},
        slip{"parts/witch-hat.svg", "m:top=\"-224\"", "m:top=\"high\"",
             "m:top=\"high\" must be a number"},
        slip{"parts/witch-hat.svg", "m:hair-clip=\"M", "m:hair-clip=\"", "must be path data"},
        slip{"parts/witch-hat.svg", "m:dyed=\"yes\"", "m:dyed=\"true\"", "must be yes or no"},
        slip{"parts/cap.svg", "fill=\"$main\"", "fill=\"$mains\"",
             "$mains\" has no value; do you mean $main?"},
        slip{"parts/cap.svg", "fill=\"$main\"", "fill=\"gold\"",
             "must be #rrggbb in lower case, $slot"},
        slip{crown, "m:layer=\"front\"", "m:layer=\"top\"", "the layer top is never drawn"},
        slip{crown, "m:layer=\"front\"", "", "the layer body (no m:layer) is never drawn"},
        slip{"parts/cap.svg", "main=\"#", "main=\"5\" mein=\"#", "main=\"5\" must be #rrggbb"},
        slip{"parts/Crown.svg", "", "<svg/>", "the name must be lower-case"},
        slip{"parts/cape.svg", " main=\"", " mane=\"", "has no value"},
        slip{robe, "m:layer=\"body\"", "m:layer=\"front\"", "a layer is missing: body"},
        slip{robe, "m:words=\"", "m:words=\"kimono, ", "'kimono' already means garments/kimono"},
        slip{robe, "m:words=\"robe", "m:words=\"Robe", "words in lower case"},
        slip{"figure/props.svg", "m:sword-top=\"", "m:sword-top=\"up", "must be a number"},
        slip{"figure/props.svg", "m:sword-top=", "m:swrod-top=", "m:swrod-top is not read"},
        slip{"hair/rear-bob.svg", "<path", "<circle", "shapes of hair are paths"},
        slip{"hair/rear-none.svg", "",
             "<svg viewBox=\"0 0 980 980\" xmlns:m=\"m\"><g m:layer=\"back\"/></svg>",
             "no table in heads/ draws it"},
        slip{"figure/hands.svg", "<g m:layer=\"fist\"", "<defs/><g m:layer=\"fist\"",
             "the layer defs is never drawn"}));

INSTANTIATE_TEST_SUITE_P(
    scene, lint_slip,
    testing::Values(
        slip{tavern, "m:words=\"tavern", "m:words=\"library, tavern",
             "'library' already means scenes/library.svg"},
        slip{tavern, "m:words=", "m:indoor=\"no\" m:words=", "m:indoor occurs twice"},
        slip{tavern, "m:light time=\"dusk\"", "m:light time=\"noon\"", "day, dusk or night"},
        slip{tavern, "<m:light time=\"dusk\"", "<m:light time=\"day\"",
             "<m:light time=\"dusk\"> is missing"},
        slip{tavern, " rim=\"#", " rin=\"#", "the attribute rin is not read"},
        slip{tavern, " strength=\"", " strength=\"7", "strength must be a number from 0 to 0.5"},
        slip{tavern, "m:layer=\"background\"", "m:layer=\"back\"", "the layer back is never drawn"},
        slip{"scenes/meadow.svg", "<m:scatter key=\"", "<m:scatter kee=\"",
             "the attribute kee is not read"},
        slip{"scenes/meadow.svg", " count=\"", " count=\"9999 ", "must be"},
        slip{"scenes/studio.svg", "<m:palette time=\"night\"", "<m:palette time=\"day\"",
             "<m:palette time=\"night\"> has no"}));

INSTANTIATE_TEST_SUITE_P(
    table, lint_slip,
    testing::Values(
        slip{reading, "{", "{,", "line 1: "},
        slip{reading, "\"hand\": \"both\"", "\"hand\": 2", "hand must be a text in quotes"},
        slip{reading, "\"both\"", "\"bot\"", "hand: there is no hand 'bot'; do you mean 'both'?"},
        slip{reading, "\"hold\"", "\"grip\"", "left_arm: there is no layer of hands.svg 'grip'"},
        slip{reading, "\"lean\"", "\"leans\"", "leans is not read; do you mean lean?"},
        slip{reading, "\"left_arm\"", "\"left_ram\"", "left_arm is missing"},
        slip{reading, "\"book\"", "\"boook\"", "there is no layer of props.svg 'boook'"},
        slip{figure, "\"robe\":", "\"rope\":", "cuts, 'robe' is missing"},
        slip{figure, "\"sleeve\": \"wide\"", "\"sleeve\": \"vast\"", "there is no sleeve 'vast'"},
        slip{figure, "\"shoe\": \"sandals\"", "\"shoe\": \"sandal\"", "do you mean 'sandals'?"},
        slip{figure, "\"belt\": \"second\"", "\"belt\": \"red\"",
             "'red' is no slot of the garment and no #rrggbb"},
        slip{figure, "\"mage\": \"casting\"", "\"mage\": \"flying\"", "there is no pose 'flying'"},
        slip{figure, "\"top\": 0.62", "\"top\": \"low\"", "top must be a number"},
        slip{"roles.json", "\"garment\": \"robe\"", "\"garment\": \"cushion\"",
             "roles, mage: no garment is called 'cushion'"},
        slip{"roles.json", "\"staff\"", "\"stuff\"", "there is no part 'stuff'"},
        slip{"roles.json", "\"setting\": \"forest\"", "\"setting\": \"the moon\"",
             "no scene is called 'the moon'"},
        slip{"roles.json", "\"roles\"", "\"rolls\"", "roles is missing"},
        slip{"moods.json", "\"mouth\": \"smile\"", "\"mouth\": \"smiles\"",
             "there is no layer of the mouths of lorelei 'smiles'; do you mean 'smile'?"},
        slip{"moods.json", "\"blush\": 0.28", "\"blush\": 28", "blush must be from 0 to 1"},
        slip{"colors.json", "\"base\": \"#", "\"base\": \"", "must be #rrggbb in lower case"},
        slip{"treatments.json", "\"fragment\": \"fantasy\"", "\"fragment\": \"fantasia\"",
             "there is no file of finishes/ 'fantasia'"},
        slip{"rig/lorelei.json", "\"variant12\"", "\"variant99\"",
             "there is no hair variant of lorelei 'variant99'"},
        slip{"rig/lorelei.json", "\"heads\"", "\"head\"", "heads is missing"},
        slip{"heads/toon-head.json", "\"spiky\"", "\"spikes\"",
             "no variant of the style's hair 'spikes'"},
        slip{"heads/lorelei.json", "\"cheeks\": [{", "\"cheeks\": [7, {",
             "cheeks 1 must be an object {...}"},
        slip{"heads/toon-head.json", "[\"variant34\"]", "[]", "nothing stands for variant34"},
        slip{"heads/toon-head.json", "\"hat\": \"translate(10 14)\"", "\"hat\": \"up\"",
             "fits, hat must be a transform"},
        slip{"heads/lorelei.json", "\"hair\": \"76 3\"", "\"hair\": \"76\"",
             "places, hair must be two numbers"},
        slip{"parts/crown.png", "", "x", "nothing reads this file"}));

TEST(Lint, EveryBrokenFileIsNamed) {
    auto art = embedded_art();
    const std::vector<std::string> broken = {crown, robe, tavern, reading, "moods.json"};
    for (const auto& file : broken) art.at(file) = "<";
    const auto all = told(lint_art(art));
    for (const auto& file : broken) EXPECT_NE(all.find(file + ": "), std::string::npos) << all;
}

TEST(Lint, FilesThatTheProgramNeedsAreMissed) {
    for (const auto* file :
         {"heads/lorelei.json", "figure/props.svg", "weather/rain.svg", "scenes/studio.svg",
          "parts/cape.svg", "moods.json", "rig/lorelei.json", "figure/figure.json"}) {
        auto art = embedded_art();
        art.erase(file);
        const auto all = told(lint_art(art));
        EXPECT_NE(all.find(fmt::format("{}: ", file)), std::string::npos) << file << "\n" << all;
        EXPECT_NE(all.find("missing"), std::string::npos) << all;
    }
}

// What is broken is refused when the art is loaded, before any picture.
TEST(Lint, LoadingRefusesWhatCannotBeDrawn) {
    for (const auto* file : {crown, robe, tavern, "face/eyes.svg", "weather/rain.svg"}) {
        auto art = embedded_art();
        art.at(file) += "<";
        try {
            load_wardrobe(art);
            ADD_FAILURE() << file;
        } catch (const error& refused) {
            EXPECT_TRUE(refused.detail().starts_with(file)) << refused.detail();
        }
    }
    auto art = embedded_art();
    art.at(reading) = "{}";
    EXPECT_THROW(load_rig(art), error);
}

TEST(Art, IsReadFromAFolderAsItIsInTheProgram) {
    const auto here = read_art(MEDUSA_ROOT "/resources/sketch");
    EXPECT_TRUE(here == embedded_art()) << "built before the last change of the art?";
    EXPECT_THROW(read_art(MEDUSA_ROOT "/nowhere"), error);
}

TEST(Art, HiddenFilesAreNobodysArt) {
    namespace fs = std::filesystem;
    const auto folder = fs::temp_directory_path() / ("medusa-art-" + random_ids().uuid());
    write_file_atomic(folder / "parts" / "hat.svg", "a");
    write_file_atomic(folder / "parts" / ".hat.svg.swp", "b");
    write_file_atomic(folder / ".git" / "index", "c");
    EXPECT_EQ(read_art(folder), (art_files{{"parts/hat.svg", "a"}}));
    fs::remove_all(folder);
}

}  // namespace
}  // namespace medusa::sketch
