#include "domain/look_claims.hpp"

#include <algorithm>
#include <utility>

#include "domain/look_fields.hpp"

namespace medusa {
namespace {

bool is_one_of(std::string_view field, std::initializer_list<std::string_view> fields) {
    return std::find(fields.begin(), fields.end(), field) != fields.end();
}

// Nobody has two of these at once; of roles, styles of hair or moods a text may well name more.
bool is_single(std::string_view field) {
    return is_one_of(field,
                     {"hair_color", "hair_length", "eye_color", "skin", "build", "time_of_day"});
}

// What "is" ties to the subject says anew: "an elf who is a vampire".
bool is_identity(std::string_view field) {
    return is_one_of(field, {"species", "gender", "role"});
}

}  // namespace

void look_claims::say(const word_sense& sense) {
    if (names_somebody_else(sense)) doubt();
    say(sense.is);
    hint(sense.weak);
}

void look_claims::say(const std::vector<field_value>& claims) {
    for (const auto& one : claims) say(one);
}

void look_claims::hint(const std::vector<field_value>& claims) {
    for (const auto& one : claims) hint(one);
}

void look_claims::hint(const field_value& claim) {
    const auto& [field, value] = claim;
    if (field == "age_band")
        result_.hinted_ages.push_back(value);
    else
        fill(result_.hinted, field, value);
}

bool look_claims::say(const field_value& claim) {
    const auto& [field, value] = claim;
    const auto* before = word_at(result_.said, field);
    if (before && counts(field, *before, value)) clear_for(result_.said, field, value);
    return add(claim);
}

bool look_claims::replace(const field_value& claim) {
    clear_for(result_.said, claim.first, claim.second);
    return add(claim);
}

bool look_claims::add(const field_value& claim) {
    const auto& [field, value] = claim;
    if (field == "wrap_palette") {
        if (wrap_palette_.empty()) wrap_palette_ = value;
        return true;
    }
    if (field == "age_band") {
        const auto place =
            restates_ || corrects_ ? result_.ages.begin() + ages_in_years_ : result_.ages.end();
        result_.ages.insert(place, value);
        return true;
    }
    const bool changed = fill(result_.said, field, value);
    if (field == "absent") deny("accessories", value);
    if (field == "absent") deny("facial_hair", value);
    return changed;
}

// Whether `value` takes the place of `before`.
bool look_claims::counts(std::string_view field, const std::string& before,
                         const std::string& value) const {
    if (before.empty()) return false;
    if (corrects_) return true;
    if (look_lexicon().is_narrower(before, value)) return false;
    if (doubts_ && field != "time_of_day") return false;
    if (look_lexicon().is_narrower(value, before)) return true;
    return is_single(field) || (restates_ && is_identity(field));
}

// A person of another kind than was said: "the queen has blonde hair" in a text about a knight.
bool look_claims::names_somebody_else(const word_sense& sense) const {
    if (restates_ || corrects_) return false;
    return std::any_of(sense.is.begin(), sense.is.end(), [&](const field_value& one) {
        if (!is_identity(one.first)) return false;
        const auto& before = *word_at(result_.said, one.first);
        return !before.empty() && before != one.second &&
               !look_lexicon().is_narrower(before, one.second) &&
               !look_lexicon().is_narrower(one.second, before);
    });
}

void look_claims::count_years(std::string_view band) {
    result_.ages.emplace(result_.ages.begin() + ages_in_years_, band);
    ++ages_in_years_;
}

void look_claims::deny(const word_sense& sense) {
    // "Not a princess": she may well be a woman.
    const bool is_more = sense.is.size() > 1;
    for (const auto& [field, value] : sense.is)
        if (field != "age_band" && !(is_more && field == "gender")) deny(field, value);
}

void look_claims::deny(const std::string& field, const std::string& value) {
    denied_.emplace_back(field, value);
    // Garments are never listed as absent: what is listed reaches the negative prompt.
    const bool listed = is_one_of(field, {"accessories", "marks", "facial_hair"});
    if (listed) fill(result_.said, "absent", value);
    for (const auto& kind : look_lexicon().kinds_of(value)) {
        denied_.emplace_back(field, kind);
        if (listed) fill(result_.said, "absent", kind);
    }
}

void look_claims::end_sentence() {
    corrects_ = restates_ = doubts_ = false;
}

bool look_claims::is_empty() const {
    return result_.said == look{} && result_.hinted == look{} && result_.ages.empty() &&
           result_.hinted_ages.empty();
}

look_reading look_claims::take() && {
    if (garments_ == 0) fill(result_.said, "palette", wrap_palette_);
    for (const auto& [field, value] : denied_) take_out(result_.said, field, value);
    return std::move(result_);
}

}  // namespace medusa
