#include "domain/look_reader.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "domain/look_ahead.hpp"
#include "domain/look_names.hpp"
#include "domain/look_phrase.hpp"
#include "domain/look_units.hpp"

namespace medusa {
namespace {

// Steps through a text and knows of whom it speaks. What its words say of a thing is left to
// look_phrase, and what of that counts to look_claims.
class reader {
public:
    explicit reader(std::vector<unit> units) : units_(std::move(units)), phrase_(units_, claims_) {}

    look_reading read() && {
        for (at_ = 0; at_ < units_.size(); ++at_) step(units_[at_]);
        end_phrase();
        return std::move(claims_).take();
    }

private:
    enum class scope { plain, negated, others, company, aside, former, simile };

    void step(const unit& now) {
        if (now.mark == ',') return comma();
        if (now.mark == ':') return colon();
        if (now.mark) return end_sentence();
        if (!now.age.empty()) return count_years(now.age);
        if (means_nothing(now)) return phrase_.unknown(at_);
        known(*now.sense);
    }

    void count_years(std::string_view age) {
        if (!is_of_others()) claims_.count_years(age);
    }

    void known(const word_sense& sense) {
        switch (sense.kind) {
            case word_kind::value:
                return value(sense);
            case word_kind::attribute:
                return attribute(sense);
            case word_kind::link:
            case word_kind::simile:
                return link(sense.kind == word_kind::simile);
            case word_kind::single:
                return phrase_.single();
            case word_kind::filler:
                return phrase_.fill_in();
            case word_kind::foreign:
            case word_kind::ignored:
                return;
            case word_kind::pronoun:
                return pronoun(sense);
            case word_kind::article:
                return article(sense);
            case word_kind::connector:
                return connector();
            case word_kind::boundary:
                return boundary();
            case word_kind::verb:
                return end_phrase();
            case word_kind::beside:
                if (!names_somebody(units_, at_ + 1)) return end_phrase();
                return speak_of(scope::company, sense);
            case word_kind::company:
                return speak_of(scope::company, sense);
            case word_kind::aside:
                return speak_of(is_heading(units_, at_) ? scope::aside : scope::others, sense);
            case word_kind::former:
                phrase_.forget_attributes();
                if (scope_ == scope::plain) scope_ = scope::former;
                return;
            case word_kind::resumption:
                return phrase_.resume();
            case word_kind::correction:
                if (is_of_others()) end_phrase();
                return claims_.correct();
            case word_kind::negator:
                return speak_of(scope::negated, sense);
            case word_kind::others:
                return speak_of(scope::others, sense);
        }
    }

    // A new phrase, whose words are about `whom`. "Daughter of" itself tells of the subject.
    void speak_of(scope whom, const word_sense& sense) {
        end_phrase();
        claims_.say(sense);
        scope_ = whom;
    }

    void attribute(const word_sense& sense) {
        if (scope_ != scope::negated && !is_of_others()) phrase_.add(sense);
    }

    void value(const word_sense& sense) {
        switch (scope_) {
            case scope::plain:
                break;
            case scope::negated:
                phrase_.forget_attributes();
                return claims_.deny(sense);
            case scope::others:
            case scope::company:
            case scope::aside:
            case scope::former:
                return;
            case scope::simile:
                // "in the body of a child": only an age counts, lest somebody is made older.
                if (const auto* age = sense.value_of("age_band")) claims_.say({"age_band", *age});
                return phrase_.settle();
        }
        if (sense.noun && sense.noun->is_beast) return beast();
        // Of a desert ranger the desert is no more than a hint; a castle kitchen is a kitchen.
        const auto* place = sense.value_of("setting");
        const auto* next = noun_at(units_, at_ + 1);
        if (place && next && next->is_person) return claims_.hint(sense.is);
        // "helmet off"
        if (at_ + 1 < units_.size() && units_[at_ + 1].word == "off") return phrase_.settle();
        // "a ghost ship"
        if (sense.value_of("species") && is_place(units_, at_ + 1)) return;
        // "a gloomy castle": the mood of a place or a thing is not that of a person in it.
        if (is_mood(sense) && describes_a_thing(units_, at_ + 1)) return;
        if (sense.noun) phrase_.add_noun(at_);
        if (place && at_ > 0 && is_place(units_, at_ - 1)) claims_.replace({"setting", *place});
        claims_.say(sense);
        if (sense.is_garment()) claims_.wear();
        phrase_.add_value(sense);
    }

    // "A dragon with green eyes is beside her" tells of the dragon; "a clever fox with green eyes"
    // is the character, where the text names no other.
    void beast() {
        if (modifies_a_noun(units_, at_)) return;
        if (claims_.is_empty() && !names_a_person(units_, at_ + 1)) return phrase_.add_noun(at_);
        end_phrase();
        scope_ = scope::company;
    }

    void pronoun(const word_sense& sense) {
        if (is_of_others()) end_phrase();
        claims_.trust();
        article(sense);
        claims_.restate(units_[at_].word.find('\'') != std::string_view::npos);
    }

    void article(const word_sense& sense) {
        const bool is_theirs = names_kin(units_, at_);
        const bool is_possessive = !sense.is.empty();
        if (is_possessive && scope_ == scope::simile) scope_ = scope::plain;
        phrase_.article(at_, is_possessive);
        // "a lion at her side" tells of her, whatever it tells of the lion.
        const bool is_beside = is_kind(units_, at_ + 1, word_kind::beside);
        if (!is_of_others() || is_theirs || is_beside) claims_.say(sense);
        if (is_theirs) scope_ = scope::company;
    }

    void link(bool is_simile) {
        if (scope_ == scope::others && !is_simile && !phrase_.is_waiting_for(at_ + 1))
            return end_phrase();
        if (scope_ == scope::former) scope_ = scope::plain;
        const auto* noun = phrase_.link(at_);
        const bool is_of_her = !is_simile && is_predicate(units_, at_, noun);
        claims_.restate(is_of_her);
        if (is_of_her && !noun) phrase_.speak_of_a_person();
        const bool of_a_part = noun && !noun->is_person && !noun->takes.empty();
        // "eyes like the sea", "serene as a lake"
        const bool of_a_mood = at_ > 0 && units_[at_ - 1].sense && is_mood(*units_[at_ - 1].sense);
        if (is_simile && (of_a_part || of_a_mood) && scope_ == scope::plain) scope_ = scope::simile;
    }

    // "No: a plain man"
    void colon() {
        if (scope_ == scope::negated || scope_ == scope::others) return end_phrase();
        link(false);
    }

    void connector() {
        if (scope_ == scope::simile || scope_ == scope::others || scope_ == scope::former)
            scope_ = scope::plain;
        if (scope_ == scope::negated && !names_more(units_, at_ + 1)) scope_ = scope::plain;
        if (scope_ == scope::company && subject_goes_on(units_, at_ + 1)) scope_ = scope::plain;
        phrase_.connector();
    }

    void comma() {
        phrase_.comma();
        if (scope_ == scope::negated && denial_goes_on(units_, at_ + 1)) return;
        if (scope_ == scope::company && company_goes_on(units_, at_ + 1)) return;
        if (scope_ == scope::aside) return;
        scope_ = scope::plain;
    }

    // Somebody beside the subject keeps what is said with them: "his grandmother, a tiny woman with
    // grey hair and glasses".
    void boundary() {
        const auto before = scope_;
        end_phrase();
        if (before == scope::company || before == scope::aside) scope_ = before;
    }

    void end_sentence() {
        end_phrase();
        claims_.end_sentence();
    }

    void end_phrase() {
        phrase_.end();
        claims_.restate(false);
        scope_ = scope::plain;
    }

    bool is_of_others() const {
        return scope_ == scope::former || scope_ == scope::others || scope_ == scope::company ||
               scope_ == scope::aside;
    }

    std::vector<unit> units_;
    std::size_t at_ = 0;
    look_claims claims_;
    look_phrase phrase_;
    scope scope_ = scope::plain;
};

}  // namespace

look_reading read_look(std::string_view text, std::string_view name) {
    auto tokens = tokens_of(text);
    drop_names(tokens, name);
    return reader(units_of(tokens)).read();
}

}  // namespace medusa
