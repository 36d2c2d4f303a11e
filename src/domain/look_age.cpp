#include "domain/look_age.hpp"

#include <algorithm>
#include <string>

namespace medusa {
namespace {

constexpr std::string_view units[] = {"zero",    "one",     "two",       "three",    "four",
                                      "five",    "six",     "seven",     "eight",    "nine",
                                      "ten",     "eleven",  "twelve",    "thirteen", "fourteen",
                                      "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"};
constexpr std::string_view tens[] = {"twenty", "thirty",  "forty",  "fifty",
                                     "sixty",  "seventy", "eighty", "ninety"};
constexpr std::string_view decades[] = {"twenties", "thirties",  "forties",  "fifties",
                                        "sixties",  "seventies", "eighties", "nineties"};

// A cursor over the tokens that a rule consumes.
struct cursor {
    std::span<const token> tokens;
    std::size_t at;

    std::string_view word() const {
        return at < tokens.size() ? std::string_view(tokens[at].text) : std::string_view();
    }
    bool take(std::initializer_list<std::string_view> words) {
        if (std::find(words.begin(), words.end(), word()) == words.end() || word().empty())
            return false;
        ++at;
        return true;
    }
};

template <std::size_t Size>
int index_of(const std::string_view (&names)[Size], std::string_view word) {
    const auto found = std::find(std::begin(names), std::end(names), word);
    return found == std::end(names) ? -1 : static_cast<int>(found - std::begin(names));
}

std::optional<int> digits(std::string_view word) {
    if (word.ends_with("ish")) word.remove_suffix(3);
    if (word.empty() || word.size() > 6) return std::nullopt;
    if (word.find_first_not_of("0123456789") != std::string_view::npos) return std::nullopt;
    return std::stoi(std::string(word));
}

std::optional<int> number(cursor& from) {
    if (const auto value = digits(from.word())) {
        ++from.at;
        return value;
    }
    if (from.take({"hundred", "hundreds", "centuries", "thousand", "thousands"})) return 500;
    int value = -1;
    if (const int ten = index_of(tens, from.word()); ten >= 0) {
        value = 20 + 10 * ten;
        ++from.at;
        if (const int unit = index_of(units, from.word()); unit > 0 && unit < 10) {
            value += unit;
            ++from.at;
        }
    } else if (const int unit = index_of(units, from.word()); unit >= 0) {
        value = unit;
        ++from.at;
    }
    if (value > 0 && from.take({"hundred"})) value *= 100;
    if (value > 0 && from.take({"thousand"})) value *= 1'000;
    return value >= 0 ? std::optional(value) : std::nullopt;
}

std::string_view band_of(int years) {
    if (years < 13) return "child";
    if (years < 18) return "teen";
    if (years < 26) return "young";
    if (years < 45) return "adult";
    if (years < 65) return "middle-aged";
    // Elves, vampires and other people of stories do not show centuries.
    return years < 110 ? "elder" : "adult";
}

// "aged 25", "age: 25", "25 years old", "25-year-old", "25 years of age", "25 yo".
std::optional<int> years_told(cursor& from) {
    const bool is_long_time = from.at > 0 && from.tokens[from.at - 1].text == "for";
    if (from.take({"aged", "age"}) || (!is_long_time && from.take({"ages"}))) {
        if (from.at < from.tokens.size() && from.tokens[from.at].mark) ++from.at;
        return number(from);
    }
    const auto limit_word = from.take({"under", "below", "barely", "nearly", "almost"});
    const auto value = number(from);
    if (!value) return std::nullopt;
    if (from.take({"yo"}) || (*value >= 500 && from.take({"old"}))) return value;
    if (from.take({"year", "years", "yr", "yrs", "summers", "winters"})) {
        if (from.take({"old", "olds", "young"})) return value;
        if (from.take({"of"}) && from.take({"age"})) return value;
        return std::nullopt;
    }
    // "tucked under one arm" is no age.
    const bool is_a_limit = limit_word && *value > 1 && *value <= 18 && from.word() != "feet";
    return is_a_limit ? std::optional(*value - 1) : std::nullopt;
}

// "a boy of ten".
std::optional<int> years_of_somebody(cursor& from) {
    constexpr std::string_view people[] = {"boy", "girl", "man", "woman", "child", "lad", "lady"};
    if (from.at == 0 || index_of(people, from.tokens[from.at - 1].text) < 0) return std::nullopt;
    if (!from.take({"of"})) return std::nullopt;
    from.take({"about", "around", "roughly", "nearly", "maybe", "perhaps", "some"});
    return number(from);
}

// "she is thirty-eight", "he's 40".
bool is_said_of_somebody(const cursor& from) {
    constexpr std::string_view somebody[] = {"she", "he", "they", "who", "i"};
    constexpr std::string_view shortened[] = {"she's", "he's", "they're", "who's", "i'm"};
    const auto before = [&](std::size_t back) {
        return from.at >= back ? std::string_view(from.tokens[from.at - back].text) : "";
    };
    if (index_of(shortened, before(1)) >= 0) return true;
    const bool is_verb =
        from.at >= 2 && (before(1) == "is" || before(1) == "are" || before(1) == "am");
    return is_verb && (index_of(somebody, before(2)) >= 0 || from.tokens[from.at - 2].is_capital);
}

// "a queen, 45, with ...", "a judge: seventy, ...", "a tailor, fifty-something".
std::optional<int> years_in_passing(cursor& from) {
    if (from.at > 0 && !from.tokens[from.at - 1].mark && !is_said_of_somebody(from))
        return std::nullopt;
    const bool in_words = !digits(from.word());
    const auto value = number(from);
    from.take({"something", "ish"});
    if (from.at < from.tokens.size() && !from.tokens[from.at].mark) return std::nullopt;
    const int at_least = in_words ? 6 : 3;
    return value && *value >= at_least && *value < 100 ? value : std::nullopt;
}

// "in her sixties", "in his late 20s", "early thirties", "woman, 30s".
std::optional<int> decade_told(cursor& from) {
    const bool possessive = from.take({"in"}) && from.take({"her", "his", "their", "my", "your"});
    const bool part = from.take({"early", "mid", "late"});
    const bool in_passing = from.at > 0 && from.tokens[from.at - 1].mark;
    if (!possessive && !part && !in_passing) return std::nullopt;
    if (possessive && from.take({"teens"})) return 15;
    if (const int decade = index_of(decades, from.word()); decade >= 0) {
        ++from.at;
        return 25 + 10 * decade;
    }
    const auto word = from.word();
    if (word.size() != 3 || word.back() != 's') return std::nullopt;
    const auto value = digits(word.substr(0, 2));
    if (!value || *value < 20) return std::nullopt;
    ++from.at;
    return *value + 5;
}

}  // namespace

std::optional<age_match> age_at(std::span<const token> tokens, std::size_t at) {
    for (const auto& rule : {years_told, years_of_somebody, decade_told, years_in_passing}) {
        cursor from{tokens, at};
        if (const auto years = rule(from)) return age_match{band_of(*years), from.at - at};
    }
    return std::nullopt;
}

}  // namespace medusa
