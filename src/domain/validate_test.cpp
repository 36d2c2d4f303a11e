#include "domain/validate.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "core/error.hpp"
#include "core/limits.hpp"

namespace medusa {
namespace {

character_draft good() {
    character_draft draft;
    draft.name = "Luna";
    draft.description = "an elf";
    draft.style = "fantasy";
    return draft;
}

TEST(validate, puts_texts_in_order) {
    auto draft = good();
    draft.name = "  Luna\t Star\x01weaver \u202E";
    draft.tags = {" wise ", "", "wise", "kind"};
    draft.style = "Fantasy";
    draft = validate(draft);
    EXPECT_EQ(draft.name, "Luna Starweaver");
    EXPECT_EQ(draft.tags, (std::vector<std::string>{"wise", "kind"}));
    EXPECT_EQ(draft.style, "fantasy");
}

TEST(validate, keeps_the_writing_of_others) {
    for (const char* name : {"ليلى", "Zoë", "月の女神", "👩‍🚀", "../../etc"}) {
        auto draft = good();
        draft.name = name;
        EXPECT_EQ(validate(draft).name, name);
    }
}

TEST(validate, refuses_what_is_out_of_range) {
    using change = std::function<void(character_draft&)>;
    const std::pair<const char*, change> cases[] = {
        {"name", [](auto& d) { d.name = " \n "; }},
        {"name", [](auto& d) { d.name = std::string(81, 'x'); }},
        {"name", [](auto& d) { d.name = "\xff"; }},
        {"name has no visible", [](auto& d) { d.name = "\u200B\uFEFF\u3164\u00AD\U000E0041"; }},
        {"name has no visible", [](auto& d) { d.name = "\u2028\u2800"; }},
        {"name holds a NUL", [](auto& d) { d.name = std::string("a\0b", 3); }},
        {"description", [](auto& d) { d.description = "\x02"; }},
        {"description holds a NUL", [](auto& d) { d.description = std::string("a\0b", 3); }},
        {"description", [](auto& d) { d.description = std::string(4001, 'x'); }},
        {"tag", [](auto& d) { d.tags = {std::string(41, 'x')}; }},
        {"tags",
         [](auto& d) {
             for (int i = 0; i < 33; ++i) d.tags.push_back(std::to_string(i));
         }},
        {"model", [](auto& d) { d.settings.model = std::string(201, 'x'); }},
        {"sampler", [](auto& d) { d.settings.sampler = "\xff"; }},
        {"scheduler", [](auto& d) { d.settings.scheduler = std::string(201, 'x'); }},
        {"steps", [](auto& d) { d.settings.steps = 0; }},
        {"steps", [](auto& d) { d.settings.steps = 151; }},
        {"cfg", [](auto& d) { d.settings.cfg = std::nan(""); }},
        {"cfg", [](auto& d) { d.settings.cfg = std::numeric_limits<double>::infinity(); }},
        {"cfg", [](auto& d) { d.settings.cfg = 0.99; }},
        {"width", [](auto& d) { d.settings.width = 1001; }},
        {"height", [](auto& d) { d.settings.height = 2056; }},
        {"seed", [](auto& d) { d.seed = limits::seed_max + 1; }},
        {"style", [](auto& d) { d.style = "fantsy"; }},
    };
    for (const auto& [field, spoil] : cases) {
        auto draft = good();
        spoil(draft);
        try {
            validate(draft);
            ADD_FAILURE() << field << " was not refused";
        } catch (const error& refused) {
            EXPECT_EQ(refused.code(), errc::invalid_argument);
            EXPECT_NE(refused.detail().find(field), std::string::npos) << refused.detail();
        }
    }
}

TEST(validate, an_owner_has_an_id_and_a_name_that_can_be_told) {
    EXPECT_EQ(validate(owner_info{"7", " Anna\tB\x01 "}), (owner_info{"7", "Anna B"}));
    EXPECT_EQ(validate(owner_info{std::string(200, 'x'), "../../etc"}).username, "../../etc");
    const std::pair<const char*, owner_info> cases[] = {
        {"userId", {"", "anna"}},      {"userId", {std::string(201, 'x'), "anna"}},
        {"userId", {"a\nb", "anna"}},  {"userId", {"\u202E7", "anna"}},
        {"userId", {"\xff", "anna"}},  {"username", {"7", ""}},
        {"username", {"7", "\u200B"}}, {"username", {"7", std::string(81, 'x')}},
        {"username", {"7", "\xff"}},
    };
    for (const auto& [field, owner] : cases) {
        try {
            validate(owner);
            ADD_FAILURE() << field << " was not refused";
        } catch (const error& refused) {
            EXPECT_EQ(refused.code(), errc::invalid_argument);
            EXPECT_NE(refused.detail().find(field), std::string::npos) << refused.detail();
        }
    }
}

TEST(validate, the_limits_themselves_are_fine) {
    auto draft = good();
    draft.name = std::string(80, 'x');
    draft.description.clear();
    for (int i = 0; i < 4000; ++i) draft.description += "é";
    draft.settings = {"", 150, 30, "euler", "normal", 64, 2048};
    draft.seed = limits::seed_max;
    EXPECT_NO_THROW(validate(draft));
}

}  // namespace
}  // namespace medusa
