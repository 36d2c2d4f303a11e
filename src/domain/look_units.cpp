#include "domain/look_units.hpp"

#include <algorithm>

#include "domain/look_age.hpp"

namespace medusa {
namespace {

bool tells_youth(const unit& one) {
    if (!one.age.empty()) return true;
    return one.sense && one.sense->value_of("age_band");
}

bool denies(const unit& one) {
    return one.sense && one.sense->kind == word_kind::negator;
}

// Takes out the questions of at most four steps that something follows, and those that a "no"
// follows. An age stays: nobody is made older by a question.
void drop_questions(std::vector<unit>& units) {
    constexpr std::size_t short_question = 4;
    std::vector<unit> kept;
    std::size_t sentence = 0;
    for (std::size_t at = 0; at < units.size(); ++at) {
        kept.push_back(units[at]);
        if (!units[at].mark || units[at].mark == ',' || units[at].mark == ':') continue;
        const bool is_last = at + 1 == units.size();
        const bool is_short = kept.size() - sentence <= short_question + 1;
        if (units[at].mark == '?' && !is_last && (is_short || denies(units[at + 1]))) {
            const auto start = kept.begin() + static_cast<std::ptrdiff_t>(sentence);
            kept.erase(
                std::remove_if(start, kept.end(),
                               [](const unit& one) { return !one.mark && !tells_youth(one); }),
                kept.end());
        }
        sentence = kept.size();
    }
    units = std::move(kept);
}

bool is_english(const unit& one) {
    if (one.word == "and" || one.word == "with") return true;
    return one.sense &&
           (one.sense->kind == word_kind::article || one.sense->kind == word_kind::pronoun);
}

void drop_foreign_text(std::vector<unit>& units) {
    constexpr auto enough = 2;
    const auto foreign = std::count_if(units.begin(), units.end(), [](const unit& one) {
        return one.sense && one.sense->kind == word_kind::foreign;
    });
    if (foreign < enough || std::any_of(units.begin(), units.end(), is_english)) return;
    std::erase_if(units, [](const unit& one) { return !tells_youth(one); });
}

// "in her sixties" and "down his back" tell the gender as well.
void add_pronouns(std::vector<unit>& units, std::span<const token> phrase) {
    if (phrase.size() == 1) return;
    for (const auto& word : phrase) {
        const auto known = look_lexicon().longest_at({&word, 1}, 0);
        if (known && known->sense->kind == word_kind::article && !known->sense->is.empty())
            units.push_back({known->sense, {}, 0, word.text});
    }
}

// "the dancer's red hair" is that of the dancer; of "the king's daughter" nothing is the king's.
const word_sense* owner_at(std::span<const token> tokens, std::size_t at) {
    constexpr std::size_t far = 5;
    const std::string_view word = tokens[at].text;
    if (!word.ends_with("'s") || at == 0 || tokens[at - 1].text != "the") return nullptr;
    const token base{std::string(word.substr(0, word.size() - 2)), 0};
    const auto owner = look_lexicon().longest_at({&base, 1}, 0);
    if (!owner || !owner->sense->noun || !owner->sense->noun->is_person) return nullptr;
    for (auto next = at + 1; next < std::min(tokens.size(), at + far); ++next) {
        const auto owned = look_lexicon().longest_at(tokens, next);
        if (!owned || !owned->sense->noun) continue;
        const auto& noun = *owned->sense->noun;
        const bool is_body = !noun.is_person && (!noun.takes.empty() || owned->sense->is.empty()) &&
                             !owned->sense->value_of("outfit");
        return is_body ? owner->sense : nullptr;
    }
    return nullptr;
}

}  // namespace

bool means_nothing(const unit& one) {
    return !one.sense || one.sense->kind == word_kind::ignored ||
           one.sense->kind == word_kind::foreign;
}

// Short ones are left out: "ring", "king".
bool looks_like_an_adjective(std::string_view word) {
    const auto ends = [&](std::string_view end, std::size_t at_least) {
        return word.size() >= at_least && word.ends_with(end);
    };
    return ends("ing", 7) || ends("ed", 5) || ends("ly", 5) || ends("ful", 6) || ends("less", 6) ||
           ends("ous", 6) || ends("like", 6);
}

std::vector<unit> units_of(std::span<const token> tokens) {
    std::vector<unit> units;
    for (std::size_t at = 0; at < tokens.size();) {
        unit next;
        next.mark = tokens[at].mark;
        next.word = tokens[at].text;
        std::size_t length = 1;
        if (const auto age = age_at(tokens, at)) {
            next.age = age->band;
            length = age->length;
        } else if (tokens[at].is_name) {
            next.word = tokens[at].text;
        } else if (const auto known = look_lexicon().longest_at(tokens, at)) {
            next.sense = known->sense;
            length = known->length;
        } else {
            next.sense = owner_at(tokens, at);
        }
        // "behind him" is said of him before it is of somebody else.
        const bool is_of_others = next.sense && next.sense->kind == word_kind::beside;
        if (is_of_others) add_pronouns(units, tokens.subspan(at, length));
        units.push_back(next);
        if (!is_of_others) add_pronouns(units, tokens.subspan(at, length));
        at += length;
    }
    drop_foreign_text(units);
    drop_questions(units);
    return units;
}

}  // namespace medusa
