#include "domain/look_ahead.hpp"

#include <algorithm>

namespace medusa {

const noun_sense* noun_at(std::span<const unit> units, std::size_t at) {
    return at < units.size() && units[at].sense ? units[at].sense->noun : nullptr;
}

bool is_kind(std::span<const unit> units, std::size_t at, word_kind kind) {
    return at < units.size() && units[at].sense && units[at].sense->kind == kind;
}

bool names_kin(std::span<const unit> units, std::size_t at) {
    constexpr std::string_view owners[] = {"her", "his", "their", "my", "your"};
    constexpr std::size_t far = 4;
    if (std::find(std::begin(owners), std::end(owners), units[at].word) == std::end(owners))
        return false;
    // "she is their leader"
    const bool is_said_of_her = at > 0 && is_kind(units, at - 1, word_kind::link);
    for (auto next = at + 1; next < std::min(units.size(), at + far); ++next) {
        const auto* sense = units[next].sense;
        if (const auto* noun = noun_at(units, next)) {
            if (noun->is_kin) return true;
            // "her white-haired grandmother"
            if (modifies_a_noun(units, next)) continue;
            if (!noun->is_person) return false;
            return !is_said_of_her && !(sense->is.empty() && sense->weak.empty());
        }
        const bool is_between =
            sense ? sense->kind == word_kind::attribute || sense->kind == word_kind::filler
                  : looks_like_an_adjective(units[next].word);
        if (!is_between) return false;
    }
    return false;
}

bool modifies_a_noun(std::span<const unit> units, std::size_t at) {
    const auto next = at + 1;
    if (next >= units.size() || units[next].mark || !units[next].age.empty()) return false;
    return !units[next].sense || units[next].sense->noun;
}

bool is_described(std::span<const unit> units, std::size_t from) {
    for (auto at = from; at < units.size(); ++at) {
        const auto* sense = units[at].sense;
        if (!sense) return false;
        if (sense->noun) return sense->noun->is_person;
        const bool is_between = sense->kind == word_kind::attribute ||
                                sense->kind == word_kind::filler || sense->kind == word_kind::value;
        if (!is_between) return false;
    }
    return false;
}

bool is_place(std::span<const unit> units, std::size_t at) {
    return at < units.size() && units[at].sense && units[at].sense->value_of("setting");
}

bool names_a_person(std::span<const unit> units, std::size_t from) {
    for (auto at = from; at < units.size(); ++at) {
        if (is_kind(units, at, word_kind::pronoun)) return true;
        if (is_kind(units, at, word_kind::article) && !units[at].sense->is.empty()) return true;
        const auto* noun = noun_at(units, at);
        if (noun && noun->is_person && !noun->is_beast) return true;
    }
    return false;
}

bool describes_a_thing(std::span<const unit> units, std::size_t from) {
    for (auto at = from; at < units.size(); ++at) {
        const auto* sense = units[at].sense;
        if (!sense || units[at].mark) return false;
        // "an optimistic street artist"
        if (sense->noun && !(noun_at(units, at + 1) && !units[at + 1].sense->noun->takes.empty()))
            return sense->value_of("setting") || sense->value_of("outfit") ||
                   sense->value_of("accessories");
        if (sense->noun) continue;
        if (sense->kind != word_kind::attribute && sense->kind != word_kind::filler) return false;
    }
    return false;
}

bool is_mood(const word_sense& sense) {
    const auto& fields = sense.is.empty() ? sense.weak : sense.is;
    return !sense.noun && !fields.empty() && fields[0].first == "mood";
}

bool is_predicate(std::span<const unit> units, std::size_t at, const noun_sense* noun) {
    constexpr std::string_view present[] = {"is", "are", "becomes", "became", "has become"};
    const auto word = units[at].word;
    const bool known = units[at].sense &&
                       std::find(std::begin(present), std::end(present), word) != std::end(present);
    if (!known) return false;
    if (noun) return noun->is_person;
    return at > 0 && (is_kind(units, at - 1, word_kind::pronoun) || units[at - 1].word == "who");
}

bool company_goes_on(std::span<const unit> units, std::size_t at) {
    constexpr std::string_view goes_on[] = {"a", "an", "its", "whose", "who", "which"};
    return at < units.size() &&
           std::find(std::begin(goes_on), std::end(goes_on), units[at].word) != std::end(goes_on);
}

bool is_heading(std::span<const unit> units, std::size_t at) {
    return at + 1 < units.size() && units[at + 1].mark == ':';
}

bool names_somebody(std::span<const unit> units, std::size_t from) {
    constexpr std::size_t far = 6;
    for (auto at = from; at < std::min(units.size(), from + far) && !units[at].mark; ++at) {
        if (units[at].sense && units[at].sense->kind == word_kind::boundary) return false;
        if (const auto* noun = noun_at(units, at)) return noun->is_person;
    }
    return false;
}

bool subject_goes_on(std::span<const unit> units, std::size_t at) {
    if (at >= units.size() || !units[at].sense) return false;
    const auto& sense = *units[at].sense;
    return sense.kind == word_kind::boundary || sense.kind == word_kind::verb || is_mood(sense);
}

bool names_more(std::span<const unit> units, std::size_t at) {
    return at < units.size() && units[at].sense && units[at].sense->kind == word_kind::value;
}

bool denial_goes_on(std::span<const unit> units, std::size_t from) {
    for (auto at = from; at < units.size(); ++at) {
        if (units[at].mark == ',') continue;
        if (!units[at].sense) return false;
        const auto kind = units[at].sense->kind;
        if (kind == word_kind::connector) return units[at].word == "or" || units[at].word == "nor";
        if (kind != word_kind::value && kind != word_kind::article) return false;
    }
    return false;
}

}  // namespace medusa
