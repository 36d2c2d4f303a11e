#include "domain/look_ahead.hpp"

#include <algorithm>

namespace medusa {

const noun_sense* noun_at(std::span<const unit> units, std::size_t at) {
    return at < units.size() && units[at].sense ? units[at].sense->noun : nullptr;
}

bool is_indefinite(std::span<const unit> units, std::size_t at) {
    return at < units.size() && (units[at].word == "a" || units[at].word == "an");
}

bool names_kin(std::span<const unit> units, std::size_t at) {
    constexpr std::string_view owners[] = {"her", "his", "their", "my", "your"};
    constexpr std::size_t far = 4;
    if (std::find(std::begin(owners), std::end(owners), units[at].word) == std::end(owners))
        return false;
    for (auto next = at + 1; next < std::min(units.size(), at + far); ++next) {
        if (const auto* noun = noun_at(units, next)) return noun->is_kin;
        const auto* sense = units[next].sense;
        const bool is_between =
            sense ? sense->kind == word_kind::attribute || sense->kind == word_kind::filler
                  : looks_like_an_adjective(units[next].word);
        if (!is_between) return false;
    }
    return false;
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
    const auto& fields = sense.is.empty() ? sense.weak : sense.is;
    return sense.kind == word_kind::boundary || sense.kind == word_kind::verb ||
           (!sense.noun && !fields.empty() && fields[0].first == "mood");
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
