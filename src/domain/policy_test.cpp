#include "domain/policy.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <random>
#include <sstream>

#include "core/error.hpp"
#include "core/hash.hpp"
#include "core/limits.hpp"
#include "core/resources.hpp"
#include "core/text.hpp"

namespace medusa {
namespace {

const content_policy& the_policy() {
    static const content_policy built;
    return built;
}

std::optional<policy_finding> check_text(std::string_view text) {
    return the_policy().check({{{"description", text}}, {}});
}

std::vector<std::string> read_lines(const std::string& file) {
    std::ifstream in(std::string(MEDUSA_ROOT) + "/tests/data/policy/" + file);
    EXPECT_TRUE(in) << file;
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);)
        if (!line.empty() && line.front() != '#') lines.push_back(line);
    return lines;
}

std::string trim(std::string_view text) {
    return collapse_spaces(text);
}

// --- Disguises ----------------------------------------------------------------------------------

std::string join(std::string_view word, std::string_view separator) {
    std::string result;
    for (const char c : word) result += (result.empty() ? "" : std::string(separator)) + c;
    return result;
}

// Each letter that `from` holds becomes the code point at the same place in `to`.
std::string swap_letters(std::string_view word, std::string_view from,
                         const std::vector<std::string>& to) {
    std::string result;
    for (const char c : word) {
        const auto at = from.find(c);
        result += at == std::string_view::npos ? std::string(1, c) : to[at];
    }
    return result;
}

std::string utf8(char32_t c) {
    std::string s;
    s += static_cast<char>(0xf0 | (c >> 18));
    s += static_cast<char>(0x80 | ((c >> 12) & 0x3f));
    s += static_cast<char>(0x80 | ((c >> 6) & 0x3f));
    s += static_cast<char>(0x80 | (c & 0x3f));
    return s;
}

std::string shift_letters(std::string_view word, char32_t first) {
    std::string result;
    for (const char c : word) result += utf8(first + static_cast<char32_t>(c - 'a'));
    return result;
}

using disguise = std::function<std::string(const std::string&)>;

std::string upper(const std::string& word) {
    std::string result;
    for (const char c : word) result += c >= 'a' && c <= 'z' ? char(c - 'a' + 'A') : c;
    return result;
}

std::string leet(const std::string& word) {
    return swap_letters(word, "aeiost", {"4", "3", "1", "0", "5", "7"});
}

const std::map<std::string, disguise>& disguises() {
    static const std::map<std::string, disguise> all = {
        {"upper", upper},
        {"leet", leet},
        {"symbols",
         [](auto& w) {
             return swap_letters(w, "aise", {"@", "!", "$", "3"});
         }},
        {"spaced", [](auto& w) { return join(w, " "); }},
        {"dotted", [](auto& w) { return join(w, "."); }},
        {"dashed", [](auto& w) { return join(w, " - "); }},
        {"barred", [](auto& w) { return join(w, "|"); }},
        {"spaced_leet", [](auto& w) { return join(leet(w), " "); }},
        {"cyrillic",
         [](auto& w) {
             return swap_letters(w, "aceopsxyi", {"а", "с", "е", "о", "р", "ѕ", "х", "у", "і"});
         }},
        {"greek_capitals",
         [](auto& w) {
             return swap_letters(w, "aehikmnoptxz",
                                 {"Α", "Ε", "Η", "Ι", "Κ", "Μ", "Ν", "Ο", "Ρ", "Τ", "Χ", "Ζ"});
         }},
        {"zero_width", [](auto& w) { return join(w, "\u200b"); }},
        {"soft_hyphen", [](auto& w) { return w.substr(0, 2) + "\u00ad" + w.substr(2); }},
        {"fullwidth",
         [](auto& w) {
             std::string r;
             for (const char c : w) {
                 const int code = 0xff41 + (c - 'a');
                 r += static_cast<char>(0xe0 | (code >> 12));
                 r += static_cast<char>(0x80 | ((code >> 6) & 0x3f));
                 r += static_cast<char>(0x80 | (code & 0x3f));
             }
             return r;
         }},
        {"mathematical", [](auto& w) { return shift_letters(w, 0x1d41a); }},
        {"circled", [](auto& w) { return shift_letters(w, 0x1f150); }},
        {"small_capitals",
         [](auto& w) {
             return swap_letters(
                 w, "abdeghilmnoprtuy",
                 {"ᴀ", "ʙ", "ᴅ", "ᴇ", "ɢ", "ʜ", "ɪ", "ʟ", "ᴍ", "ɴ", "ᴏ", "ᴘ", "ʀ", "ᴛ", "ᴜ", "ʏ"});
         }},
        {"accented",
         [](auto& w) {
             return swap_letters(w, "aeiou", {"à", "é", "ï", "õ", "ü"});
         }},
        {"drawn_out", [](auto& w) { return w.substr(0, 2) + std::string(4, w[1]) + w.substr(2); }},
        {"underscored", [](auto& w) { return "tag_" + w + "_woman"; }},
    };
    return all;
}

// --- Templates ----------------------------------------------------------------------------------

using word_lists = std::map<std::string, std::vector<std::string>>;

word_lists read_words() {
    word_lists lists;
    for (const auto& line : read_lines("words.txt")) {
        const auto colon = line.find(':');
        for (const auto& word : split(line.substr(colon + 1), '|'))
            lists[line.substr(0, colon)].push_back(trim(word));
    }
    return lists;
}

// `pattern` with word number `index` of every list, each slot one further, so that the words meet
// in changing company.
std::string fill(const std::string& pattern, const word_lists& lists, std::size_t index,
                 std::size_t& count) {
    std::string result;
    std::size_t slot = 0;
    for (std::size_t at = 0; at < pattern.size();) {
        const auto open = std::min(pattern.find('{', at), pattern.size());
        result += pattern.substr(at, open - at);
        if (open == pattern.size()) break;
        const auto close = pattern.find('}', open);
        const auto parts = split(pattern.substr(open + 1, close - open - 1), '|');
        const auto& words = lists.at(parts[0]);
        count = std::max(count, words.size());
        const auto& word = words[(index + 3 * slot) % words.size()];
        result += parts.size() > 1 ? disguises().at(parts[1])(word) : word;
        ++slot;
        at = close + 1;
    }
    return result;
}

struct policy_case {
    std::string expected;  // the category's word, empty: passes
    std::string text;
};

std::vector<policy_case> read_cases(const std::string& file) {
    const auto words = read_words();
    std::vector<policy_case> cases;
    for (auto line : read_lines(file)) {
        std::string expected;
        if (line.front() == '[') {
            expected = line.substr(1, line.find(']') - 1);
            line = trim(line.substr(line.find(']') + 1));
        }
        std::size_t count = 1;
        for (std::size_t i = 0; i < count; ++i)
            cases.push_back({expected, fill(line, words, i, count)});
    }
    return cases;
}

std::string verdict(const std::string& text) {
    std::vector<std::string> parts;
    for (std::size_t start = 0; start <= text.size();) {
        const auto end = std::min(text.find(";;", start), text.size());
        parts.push_back(trim(text.substr(start, end - start)));
        start = end + 2;
    }
    policy_request request;
    for (const auto& part : parts) {
        if (part.starts_with("negative:"))
            request.negative.push_back({"negative prompt", std::string_view(part).substr(9)});
        else
            request.positive.push_back({"description", part});
    }
    const auto finding = the_policy().check(request);
    return finding ? std::string(name_of(finding->category)) : "";
}

// A third of all cases, chosen by hash, is kept apart while the lists are tuned: it counts, but its
// texts are not shown.
bool is_held_out(const policy_case& one) {
    return std::stoul(md5_hex(one.text).substr(0, 6), nullptr, 16) % 3 == 0;
}

void expect_all(const std::string& file, std::size_t at_least) {
    constexpr double held_out_level = 0.98;
    std::size_t tuned = 0;
    std::size_t held_out = 0;
    std::size_t held_out_right = 0;
    for (const auto& one : read_cases(file)) {
        const auto got = verdict(one.text);
        if (is_held_out(one)) {
            ++held_out;
            held_out_right += got == one.expected;
        } else {
            ++tuned;
            EXPECT_EQ(got, one.expected) << one.text;
        }
    }
    std::cout << file << ": " << tuned << " cases, held out " << held_out_right << " of "
              << held_out << " right\n";
    EXPECT_GE(tuned + held_out, at_least);
    EXPECT_GE(double(held_out_right), held_out_level * double(held_out)) << file;
}

TEST(policy, lets_pass_what_is_fit_for_all) {
    expect_all("pass.txt", 300);
}

TEST(policy, refuses_what_is_not) {
    expect_all("refuse.txt", 200);
}

TEST(policy, random_harmless_words_pass) {
    std::vector<std::string> words;
    for (const auto& line : read_lines("harmless.txt"))
        for (const auto& word : split(line, ' '))
            if (!word.empty()) words.push_back(word);
    ASSERT_GE(words.size(), 400u);
    std::mt19937 random(20261123);
    for (int i = 0; i < 500; ++i) {
        std::string text;
        for (int n = 0; n < 25; ++n) text += words[random() % words.size()] + " ";
        EXPECT_FALSE(check_text(text)) << text;
    }
}

TEST(policy, says_field_and_category_and_never_the_text) {
    const policy_request request{{{"name", "Zara"}, {"mood", "seductive zebra"}}, {}};
    try {
        the_policy().enforce(request);
        FAIL() << "was not refused";
    } catch (const error& refusal) {
        const std::string words = refusal.what();
        EXPECT_EQ(refusal.code(), errc::refused);
        EXPECT_NE(words.find("mood"), words.npos) << words;
        EXPECT_NE(words.find("sexual"), words.npos) << words;
        EXPECT_EQ(words.find("zebra"), words.npos) << words;
        EXPECT_EQ(words.find("seductive"), words.npos) << words;
        EXPECT_FALSE(refusal.advice().empty());
    }
    EXPECT_NO_THROW(the_policy().enforce({{{"name", "Zara"}}, {{"negative prompt", "nude"}}}));
}

TEST(policy, names_the_field_that_harms) {
    const auto finding = the_policy().check(
        {{{"description", "a 12-year-old dragon slayer"}, {"mood", "tortured, gore"}}, {}});
    ASSERT_TRUE(finding);
    EXPECT_EQ(finding->category, policy_category::minor_harm);
    EXPECT_EQ(finding->field, "mood");
}

TEST(policy, an_operators_lists_add_and_never_remove) {
    content_policy own;
    own.add("real_people", "# our own\nVera Exemplar\n", "names.txt");
    const auto refused = [&](std::string_view text) {
        return own.check({{{"description", text}}, {}}).has_value();
    };
    EXPECT_TRUE(refused("V\u0435ra Exemplar, humiliated"));
    EXPECT_FALSE(refused("Vera Exemplar in a garden"));
    EXPECT_FALSE(check_text("Vera Exemplar, humiliated"));

    own.add("sexual", "gloop{,s}", "more.txt");
    EXPECT_TRUE(refused("two gloops"));
    EXPECT_THROW(own.add("sexual", "~ naked", "more.txt"), error);
    EXPECT_TRUE(refused("naked"));
    try {
        own.add("harm", "fine\nnot {fine", "more.txt");
        FAIL() << "was not refused";
    } catch (const error& problem) {
        EXPECT_EQ(problem.code(), errc::invalid_argument);
        EXPECT_NE(problem.detail().find("more.txt, line 2"), std::string::npos);
    }
    EXPECT_THROW(own.add("colours", "red", "more.txt"), error);
}

TEST(policy, reads_ages) {
    for (const auto* text :
         {"a 12-year-old", "aged twelve", "age: 9", "17 years old", "9yo elf", "a girl of 15",
          "just turned 13", "ten years of age", "six-year-olds", "3rd grader", "only 5 years old",
          "1\u200b2 years old", "16 summers old", "a schoolchild", "at the age of only eleven",
          "dressed for ages 9 to 12", "aged nine, for ages"})
        EXPECT_TRUE(the_policy().reads_as_minor(text)) << text;
    for (const auto* text :
         {"an 18-year-old", "112 years old", "2,017 years old", "twenty-two years old",
          "one hundred and twelve years old", "aged twelve hundred years", "12 arrows", "age 30",
          "young at heart", "17th century castle", "infantry", "3 years ago", "a kidney", "room 12",
          "has kept the gate for ages. Zero patience", "for ages one of the best"})
        EXPECT_FALSE(the_policy().reads_as_minor(text)) << text;
}

TEST(policy, its_own_safety_words_may_be_negated) {
    EXPECT_NE(safety_negatives().find("nsfw"), std::string_view::npos);
    EXPECT_EQ(safety_negatives().find('\n'), std::string_view::npos);
    EXPECT_FALSE(the_policy().check({{}, {{"negative prompt", safety_negatives()}}}));
}

TEST(policy, every_text_of_the_program_itself_passes) {
    for (const auto file : resource_names("")) {
        const bool is_drawing = file.ends_with(".svg") || file.starts_with("dicebear/");
        if (is_drawing || file.starts_with("policy/")) continue;
        EXPECT_FALSE(check_text(resource(file))) << file;
    }
    EXPECT_FALSE(the_policy().check({{}, {{"negative prompt", resource("prompts/negative.txt")}}}));
}

TEST(policy, reads_any_bytes) {
    std::mt19937 random(7);
    const std::string_view spice = "a1!@*$ .\xcc\x81\xe2\x80\x8b\xd0\xb0";
    for (int i = 0; i < 2000; ++i) {
        std::string bytes(random() % 200, ' ');
        for (auto& byte : bytes)
            byte = random() % 2 ? static_cast<char>(random()) : spice[random() % spice.size()];
        EXPECT_NO_THROW(check_text(bytes));
    }
    EXPECT_TRUE(check_text("\xff\xfe naked \x80"));
}

TEST(policy, takes_a_prompt_of_the_longest_length_in_any_shape) {
    for (const std::string_view unit :
         {"a ", "1a", "* ", "aaa", "\xd0\xb0", "young ", "naked eye "}) {
        std::string text;
        while (text.size() < limits::prompt_chars) text += unit;
        EXPECT_FALSE(check_text(text)) << unit;
        EXPECT_TRUE(check_text(text + " naked")) << unit;
    }
}

}  // namespace
}  // namespace medusa
