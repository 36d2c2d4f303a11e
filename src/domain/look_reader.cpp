#include "domain/look_reader.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "domain/lexicon.hpp"
#include "domain/look_age.hpp"
#include "domain/look_fields.hpp"

namespace medusa {
namespace {

// One step of a text: a known phrase, an age, a punctuation mark, or a word that is not known.
struct unit {
    const word_sense* sense = nullptr;
    std::string_view age;
    char mark = 0;
    std::string_view word;
};

// "shimmering", "carefully", "graceful": words that stand between an attribute and its noun. Short
// ones are left out: "ring", "king".
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
        } else if (const auto known = look_lexicon().longest_at(tokens, at)) {
            next.sense = known->sense;
            length = known->length;
        }
        units.push_back(next);
        at += length;
    }
    return units;
}

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
    enum class scope { plain, negated, others, simile };

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
        if (now.mark == ':') return link(false);
        if (now.mark) return end_phrase();
        if (!now.age.empty()) {
            if (scope_ != scope::others) result_.ages.emplace_back(now.age);
            return;
        }
        if (!now.sense || now.sense->kind == word_kind::ignored) return unknown(now);
        known(*now.sense);
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
            case word_kind::ignored:
                return;
            case word_kind::article:
                return article(sense);
            case word_kind::connector:
                return connector();
            case word_kind::boundary:
                return end_phrase();
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
        if (scope_ == scope::negated || scope_ == scope::others) return;
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
                return;
            case scope::simile:
                // "in the body of a child": only an age counts, lest somebody is made older.
                for (const auto& one : sense.is)
                    if (one.first == "age_band") say_one(one, result_.said);
                return settle();
        }
        if (sense.noun) give_to(sense);
        say(sense);
        if (is_garment(sense)) ++garments_;
        connector_ = comma_ = false;
    }

    void article(const word_sense& sense) {
        const bool new_subject = connector_ || !sense.is.empty();
        settle();
        if (new_subject || !receiver_.linked) receiver_ = {};
        single_ = false;
        if (scope_ != scope::others) say(sense);
    }

    void link(bool is_simile) {
        settle();
        if (!receiver_.noun) return;
        receiver_.linked = true;
        const bool of_a_part = !receiver_.noun->is_person && !receiver_.noun->takes.empty();
        if (is_simile && of_a_part && scope_ == scope::plain) scope_ = scope::simile;
    }

    void connector() {
        connector_ = true;
        if (scope_ == scope::simile || scope_ == scope::others) scope_ = scope::plain;
        if (scope_ == scope::negated && !names_more(at_ + 1)) scope_ = scope::plain;
        if (waiting_.empty() && receiver_.fed && !receiver_.linked) receiver_ = {};
    }

    void comma() {
        comma_ = true;
        if (scope_ == scope::negated && enumeration_goes_on()) return;
        scope_ = scope::plain;
        if (waiting_.empty() && receiver_.fed && !receiver_.linked) receiver_ = {};
    }

    void unknown(const unit& now) {
        if (!now.sense && looks_like_an_adjective(now.word)) return;
        // What waits belongs to this unknown noun, unless a link or a pause says otherwise.
        if (receiver_.linked || connector_ || comma_)
            settle();
        else
            waiting_.clear();
        receiver_ = {};
        single_ = connector_ = comma_ = false;
    }

    void end_phrase() {
        settle();
        receiver_ = {};
        scope_ = scope::plain;
        single_ = connector_ = comma_ = false;
    }

    // "and" keeps a denial going before another bare noun: "without hat and glasses".
    bool names_more(std::size_t at) const {
        return at < units_.size() && units_[at].sense && units_[at].sense->kind == word_kind::value;
    }

    // A comma keeps it going where an "or" follows: "no hat, glasses, or scarf".
    bool enumeration_goes_on() const {
        for (std::size_t at = at_ + 1; at < units_.size() && units_[at].mark != '.'; ++at) {
            if (units_[at].mark == ',') continue;
            if (!units_[at].sense) return false;
            const auto kind = units_[at].sense->kind;
            if (kind == word_kind::connector)
                return units_[at].word == "or" || units_[at].word == "nor";
            if (kind != word_kind::value && kind != word_kind::article) return false;
        }
        return false;
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
                receiver_.linked && !next.takes.empty() && !accepts(next, *one->sense);
            const bool is_taken =
                (one < part || passed_by) && accepts(*receiver_.noun, *one->sense);
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
                if (receiver_.noun && accepts(*receiver_.noun, *one.sense))
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

    static bool is_garment(const word_sense& sense) {
        const auto worn = [](const field_value& one) { return one.first == "outfit"; };
        return sense.noun && std::any_of(sense.is.begin(), sense.is.end(), worn) &&
               sense.noun->takes.front().second == "palette";
    }

    static bool accepts(const noun_sense& noun, const word_sense& attribute) {
        const auto has = [&](const field_value& one) {
            return !attribute.meaning(one.first).empty();
        };
        return std::any_of(noun.takes.begin(), noun.takes.end(), has) ||
               std::any_of(noun.weakly.begin(), noun.weakly.end(), has);
    }

    void apply(const std::vector<waiting_attribute>& attributes, const noun_sense& noun,
               bool single) {
        for (const auto& [key, field] : noun.takes) fill_field(attributes, key, field, single);
        for (const auto& [key, field] : noun.weakly)
            for (const auto& one : attributes)
                if (const auto value = one.sense->meaning(key); !value.empty())
                    fill(result_.hinted, field, value);
        for (const auto& one : attributes)
            if (noun.is_person && !accepts(noun, *one.sense))
                say_all(one.sense->alone, result_.said);
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
