#include "domain/look_reader.hpp"

#include <algorithm>
#include <utility>

#include "domain/look_ahead.hpp"
#include "domain/look_fields.hpp"
#include "domain/look_units.hpp"

namespace medusa {
namespace {

class reader {
public:
    explicit reader(std::vector<unit> units) : units_(std::move(units)) {}

    look_reading read() && {
        for (at_ = 0; at_ < units_.size(); ++at_) step(units_[at_]);
        end_phrase();
        if (garments_ == 0) fill(result_.said, "palette", wrap_palette_);
        for (const auto& [field, value] : denied_) take_out(result_.said, field, value);
        return std::move(result_);
    }

private:
    enum class scope { plain, negated, others, company, aside, simile };

    struct waiting_attribute {
        const word_sense* sense;
        bool after_connector;
        bool after_comma;
    };

    // The noun before, as far as it can still take attributes: "hair" in "her hair is long".
    struct receiver {
        const noun_sense* noun = nullptr;
        bool linked = false;
        bool fed = false;
        bool single = false;
    };

    void step(const unit& now) {
        if (now.mark == ',') return comma();
        if (now.mark == ':') return colon();
        if (now.mark) return end_sentence();
        if (!now.age.empty()) return count_years(now.age);
        if (means_nothing(now)) return unknown(now);
        known(*now.sense);
    }

    // Years tell more than words: "a young woman, seventy years old".
    void count_years(std::string_view age) {
        if (is_of_others()) return;
        result_.ages.emplace(result_.ages.begin() + ages_in_years_, age);
        ++ages_in_years_;
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
                single_ = true;
                return;
            case word_kind::filler:
            case word_kind::foreign:
            case word_kind::ignored:
                return;
            case word_kind::pronoun:
                if (is_of_others()) end_phrase();
                return article(sense);
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
                [[fallthrough]];
            case word_kind::company:
                end_phrase();
                say(sense);
                scope_ = scope::company;
                return;
            case word_kind::aside:
                end_phrase();
                scope_ = is_heading(units_, at_) ? scope::aside : scope::others;
                return;
            case word_kind::correction:
                if (is_of_others()) end_phrase();
                corrects_ = true;
                return;
            case word_kind::negator:
                end_phrase();
                scope_ = scope::negated;
                return;
            case word_kind::others:
                end_phrase();
                say(sense);
                scope_ = scope::others;
                return;
        }
    }

    void attribute(const word_sense& sense) {
        if (scope_ == scope::negated || is_of_others()) return;
        waiting_.push_back({&sense, connector_ && !waiting_.empty(), comma_});
        connector_ = comma_ = false;
    }

    void value(const word_sense& sense) {
        switch (scope_) {
            case scope::plain:
                break;
            case scope::negated:
                return deny(sense);
            case scope::others:
            case scope::company:
            case scope::aside:
                return;
            case scope::simile:
                // "in the body of a child": only an age counts, lest somebody is made older.
                for (const auto& one : sense.is)
                    if (one.first == "age_band") say_one(one, result_.said);
                return settle();
        }
        // Of a desert ranger the desert is no more than a hint; a castle kitchen is a kitchen.
        const auto* place = sense.value_of("setting");
        const auto* next = noun_at(units_, at_ + 1);
        if (place && next && next->is_person) return say_all(sense.is, result_.hinted);
        if (sense.noun) give_to(sense);
        if (place && at_ > 0 && units_[at_ - 1].sense && units_[at_ - 1].sense->value_of("setting"))
            clear_for(result_.said, "setting", *place);
        say(sense);
        if (sense.is_garment()) ++garments_;
        connector_ = comma_ = false;
    }

    void article(const word_sense& sense) {
        const bool new_subject = connector_ || !sense.is.empty();
        settle();
        if (new_subject || !receiver_.linked) receiver_ = {};
        single_ = false;
        const bool is_theirs = names_kin(units_, at_);
        if (!is_of_others() || is_theirs) say(sense);
        if (is_theirs) scope_ = scope::company;
    }

    void link(bool is_simile) {
        // "blue glowing eyes"
        if (!waiting_.empty() && takes_what_waits(at_ + 1)) return;
        if (scope_ == scope::others && !is_simile) return end_phrase();
        settle();
        if (!receiver_.noun) return;
        receiver_.linked = true;
        const bool of_a_part = !receiver_.noun->is_person && !receiver_.noun->takes.empty();
        if (is_simile && of_a_part && scope_ == scope::plain) scope_ = scope::simile;
    }

    // "No: a plain man"
    void colon() {
        if (scope_ == scope::negated || scope_ == scope::others) return end_phrase();
        link(false);
    }

    void connector() {
        connector_ = true;
        if (scope_ == scope::simile || scope_ == scope::others) scope_ = scope::plain;
        if (scope_ == scope::negated && !names_more(units_, at_ + 1)) scope_ = scope::plain;
        if (scope_ == scope::company && subject_goes_on(units_, at_ + 1)) scope_ = scope::plain;
        if (waiting_.empty() && receiver_.fed && !receiver_.linked) receiver_ = {};
    }

    void comma() {
        comma_ = true;
        if (scope_ == scope::negated && denial_goes_on(units_, at_ + 1)) return;
        if (scope_ == scope::company && is_indefinite(units_, at_ + 1)) return;
        if (scope_ == scope::aside) return;
        scope_ = scope::plain;
        if (waiting_.empty() && receiver_.fed && !receiver_.linked) receiver_ = {};
    }

    void unknown(const unit& now) {
        if (!now.sense && looks_like_an_adjective(now.word)) return;
        // "blue power armor"
        if (!now.sense && !comma_ && !waiting_.empty() && takes_what_waits(at_ + 1)) return;
        // What waits belongs to this unknown noun, unless a link or a pause says otherwise.
        if (receiver_.linked || connector_ || comma_)
            settle();
        else
            waiting_.clear();
        receiver_ = {};
        single_ = connector_ = comma_ = false;
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
        corrects_ = false;
    }

    void end_phrase() {
        settle();
        receiver_ = {};
        scope_ = scope::plain;
        single_ = connector_ = comma_ = false;
    }

    bool is_of_others() const {
        return scope_ == scope::others || scope_ == scope::company || scope_ == scope::aside;
    }

    bool takes_what_waits(std::size_t at) const {
        const auto* noun = noun_at(units_, at);
        return noun && !noun->is_person && noun->accepts(*waiting_.back().sense);
    }

    // Attributes that waited for a noun and meet `sense`.
    void give_to(const word_sense& sense) {
        const bool cut_off = connector_ || comma_;
        const bool fed = !waiting_.empty() && !cut_off;
        if (cut_off) settle();
        if (receiver_.noun) give_first_part_to_receiver(*sense.noun);
        apply(waiting_, *sense.noun, single_);
        waiting_.clear();
        receiver_ = {sense.noun, false, fed, single_};
        single_ = false;
    }

    // "hair is long and black, green eyes": up to the last comma they belong to the noun before,
    // and so do those that the noun after cannot take.
    void give_first_part_to_receiver(const noun_sense& next) {
        const auto last_comma = std::find_if(waiting_.rbegin(), waiting_.rend(),
                                             [](const auto& one) { return one.after_comma; });
        const auto part =
            last_comma == waiting_.rend() ? waiting_.begin() : std::prev(last_comma.base());
        std::vector<waiting_attribute> taken;
        std::vector<waiting_attribute> rest;
        for (auto one = waiting_.begin(); one != waiting_.end(); ++one) {
            const bool passed_by =
                receiver_.linked && !next.takes.empty() && !next.accepts(*one->sense);
            const bool is_taken = (one < part || passed_by) && receiver_.noun->accepts(*one->sense);
            (is_taken ? taken : rest).push_back(*one);
        }
        apply_to_receiver(taken, receiver_.single);
        waiting_ = std::move(rest);
    }

    // Attributes with no noun after them go to the noun before, or stand alone.
    void settle() {
        if (!waiting_.empty()) {
            std::vector<waiting_attribute> taken;
            for (const auto& one : waiting_) {
                if (receiver_.noun && receiver_.noun->accepts(*one.sense))
                    taken.push_back(one);
                else
                    say_all(one.sense->alone, result_.said);
            }
            if (!taken.empty()) apply_to_receiver(taken, receiver_.single || single_);
            receiver_.fed = true;
            waiting_.clear();
        }
        connector_ = comma_ = false;
    }

    void apply_to_receiver(const std::vector<waiting_attribute>& attributes, bool single) {
        to_receiver_ = true;
        apply(attributes, *receiver_.noun, single);
        to_receiver_ = false;
    }

    void apply(const std::vector<waiting_attribute>& attributes, const noun_sense& noun,
               bool single) {
        for (const auto& [key, field] : noun.takes) fill_field(attributes, key, field, single);
        for (const auto& [key, field] : noun.weakly)
            for (const auto& one : attributes)
                if (const auto value = one.sense->meaning(key); !value.empty())
                    fill(result_.hinted, field, value);
        for (std::size_t at = 0; at < attributes.size(); ++at) {
            // "blond and blue-eyed", "pale, white-haired"
            const bool is_apart =
                at + 1 < attributes.size() &&
                (attributes[at + 1].after_connector || attributes[at + 1].after_comma);
            const bool alone = noun.is_person || is_apart;
            if (alone && !noun.accepts(*attributes[at].sense))
                say_all(attributes[at].sense->alone, result_.said);
        }
    }

    // Of two colours side by side the second is the colour ("silver blue"); "and" makes them two.
    void fill_field(const std::vector<waiting_attribute>& attributes, const std::string& key,
                    const std::string& field, bool single) {
        std::vector<std::string_view> values;
        bool apart = false;
        for (const auto& one : attributes) {
            apart = apart || one.after_connector;
            const auto value = one.sense->meaning(key);
            if (value.empty()) continue;
            if (!values.empty() && !apart && !(single && one.after_comma))
                values.back() = value;
            else
                values.push_back(value);
            apart = false;
        }
        if (values.empty()) return;
        const bool was_open = say_one({field, std::string(values[0])}, result_.said);
        const bool second_counts = single || (field == "hair_color" && was_open);
        if ((field != "hair_color" && field != "eye_color") || !second_counts) return;
        const auto second = was_open ? values.size() > 1 ? values[1] : "" : values[0];
        const auto first = field == "hair_color" ? result_.said.hair_color : result_.said.eye_color;
        if (!second.empty() && second != first) fill(result_.said, field + "2", second);
    }

    void say(const word_sense& sense) {
        say_all(sense.is, result_.said);
        say_all(sense.weak, result_.hinted);
    }

    void say_all(const std::vector<field_value>& fields, look& into) {
        for (const auto& one : fields) say_one(one, into);
    }

    bool say_one(const field_value& one, look& into) {
        const auto& [field, value] = one;
        // The colour of the first garment is the palette, or of what is worn over none.
        if (field == "palette" && garments_ > (to_receiver_ ? 1 : 0)) return false;
        if (field == "wrap_palette") {
            if (wrap_palette_.empty()) wrap_palette_ = value;
            return true;
        }
        if (field == "age_band") {
            (&into == &result_.said ? result_.ages : result_.hinted_ages).push_back(value);
            return true;
        }
        // Of two lengths of hair the later counts, "bald with long hair"; so does what corrects.
        if (&into == &result_.said && (field == "hair_length" || corrects_))
            clear_for(into, field, value);
        const bool changed = fill(into, field, value);
        if (field == "absent") deny_field("accessories", value);
        if (field == "absent") deny_field("facial_hair", value);
        return changed;
    }

    void deny(const word_sense& sense) {
        waiting_.clear();
        for (const auto& [field, value] : sense.is)
            if (field != "age_band") deny_field(field, value);
    }

    void deny_field(const std::string& field, const std::string& value) {
        denied_.emplace_back(field, value);
        // Garments are never listed as absent: what is listed reaches the negative prompt.
        const bool listed = field == "accessories" || field == "marks" || field == "facial_hair";
        if (listed) fill(result_.said, "absent", value);
        for (const auto& kind : look_lexicon().kinds_of(value)) {
            denied_.emplace_back(field, kind);
            if (listed) fill(result_.said, "absent", kind);
        }
    }

    std::vector<unit> units_;
    std::size_t at_ = 0;
    look_reading result_;
    std::vector<waiting_attribute> waiting_;
    receiver receiver_;
    scope scope_ = scope::plain;
    bool connector_ = false;  // an "and" since the last attribute
    bool comma_ = false;
    bool single_ = false;
    bool corrects_ = false;
    std::ptrdiff_t ages_in_years_ = 0;
    int garments_ = 0;
    std::string wrap_palette_;
    bool to_receiver_ = false;  // attributes go to a noun before them
    std::vector<field_value> denied_;
};

}  // namespace

look_reading read_look(std::string_view text) {
    const auto tokens = tokens_of(text);
    return reader(units_of(tokens)).read();
}

}  // namespace medusa
