#include "domain/look_phrase.hpp"

#include <algorithm>
#include <utility>

#include "domain/look_ahead.hpp"

namespace medusa {

void look_phrase::add(const word_sense& attribute) {
    waiting_.push_back({&attribute, connector_ && !waiting_.empty(), comma_});
    connector_ = comma_ = is_noun_ = false;
}

void look_phrase::add_noun(std::size_t at) {
    const auto& sense = *units_[at].sense;
    const bool cut_off = connector_ || comma_;
    const bool fed = !waiting_.empty() && !cut_off;
    if (cut_off) settle();
    if (receiver_.noun)
        give_first_part_to_receiver(*sense.noun);
    else
        give_first_part_to_part();
    apply(waiting_, *sense.noun, single_);
    // "an old white-haired man": what the hair cannot take waits for the man.
    if (is_described(units_, at + 1))
        std::erase_if(waiting_, [&](auto& one) { return sense.noun->accepts(*one.sense); });
    else
        waiting_.clear();
    receiver_ = {sense.noun, false, fed, single_};
    const bool is_worn = !sense.noun->takes.empty() && sense.noun->takes[0].first == "palette";
    part_ = last_part_ = sense.noun->is_person || is_worn ? nullptr : sense.noun;
    single_ = false;
}

void look_phrase::add_value(const word_sense& sense) {
    // "kind eyes, bald, moss on his shoulders": the moss is not of the eyes.
    if (comma_ && !sense.noun) receiver_ = {};
    connector_ = comma_ = false;
}

void look_phrase::article(std::size_t at, bool is_possessive) {
    const bool new_subject = connector_ || is_possessive;
    settle();
    // "one eye amber, the other violet"
    if (receiver_.single && is_kind(units_, at + 1, word_kind::single)) {
        receiver_.linked = true;
        return;
    }
    if (new_subject || !receiver_.linked) receiver_ = {};
    single_ = false;
}

// "blue, sparkling eyes": the comma parts nothing.
void look_phrase::fill_in() {
    if (!waiting_.empty() && !receiver_.noun && waiting_.back().sense->alone.empty())
        comma_ = false;
}

void look_phrase::connector() {
    connector_ = true;
    if (waiting_.empty() && receiver_.fed && !receiver_.linked) receiver_ = {};
}

void look_phrase::comma() {
    comma_ = true;
    is_noun_ = false;
    if (waiting_.empty() && receiver_.fed && !receiver_.linked) receiver_ = {};
}

void look_phrase::unknown(std::size_t at) {
    const auto& now = units_[at];
    if (!now.sense && looks_like_an_adjective(now.word)) {
        fill_in();
        is_noun_ = !waiting_.empty() && !comma_;
        return;
    }
    // "blue power armor"
    if (!now.sense && !comma_ && is_waiting_for(at + 1)) return;
    // What waits belongs to this unknown noun, unless a link or a pause says otherwise.
    if (!receiver_.linked && !connector_ && !comma_) {
        // "pale, purple bags under his eyes"
        const auto last_comma = std::find_if(waiting_.rbegin(), waiting_.rend(),
                                             [](const auto& one) { return one.after_comma; });
        waiting_.erase(
            last_comma == waiting_.rend() ? waiting_.begin() : std::prev(last_comma.base()),
            waiting_.end());
    }
    settle();
    receiver_ = {};
    part_ = nullptr;
    if (!is_kind(units_, at + 1, word_kind::resumption)) last_part_ = nullptr;
    single_ = connector_ = comma_ = false;
}

const noun_sense* look_phrase::link(std::size_t at) {
    if (is_waiting_for(at + 1)) return nullptr;
    settle();
    receiver_.linked = receiver_.noun;
    if (!receiver_.noun) part_ = nullptr;
    return receiver_.noun;
}

void look_phrase::settle() {
    if (!waiting_.empty()) {
        std::vector<waiting_attribute> taken;
        for (const auto& one : waiting_) {
            if (receiver_.noun && receiver_.noun->accepts(*one.sense))
                taken.push_back(one);
            else
                stand_alone(*one.sense);
        }
        if (!taken.empty()) apply_to_receiver(taken, receiver_.single || single_);
        receiver_.fed = true;
        waiting_.clear();
    }
    connector_ = comma_ = false;
}

void look_phrase::resume() {
    settle();
    receiver_ = {last_part_, false, false, false};
}

// "long hair, brown, blue eyes": what says nothing alone is of the part of the body before.
void look_phrase::stand_alone(const word_sense& attribute) {
    claims_.say(attribute.alone);
    if (!attribute.alone.empty() || !part_ || is_noun_) return;
    for (const auto& [key, field] : part_->takes)
        if (const auto value = attribute.meaning(key); !value.empty())
            claims_.say({field, std::string(value)});
    for (const auto& [key, field] : part_->weakly)
        if (const auto value = attribute.meaning(key); !value.empty())
            claims_.hint({field, std::string(value)});
}

void look_phrase::end() {
    settle();
    receiver_ = {};
    part_ = nullptr;
    single_ = connector_ = comma_ = false;
}

bool look_phrase::is_waiting_for(std::size_t at) const {
    if (waiting_.empty()) return false;
    const auto* noun = noun_at(units_, at);
    return noun && noun->accepts(*waiting_.back().sense);
}

// "hair is long and black, green eyes": up to the last comma they belong to the noun before, and so
// do those that the noun after cannot take.
void look_phrase::give_first_part_to_receiver(const noun_sense& next) {
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

// "long hair, brown, blue eyes": what is between commas is of the hair.
void look_phrase::give_first_part_to_part() {
    while (part_ && waiting_.size() > 1 && waiting_[0].after_comma && waiting_[1].after_comma &&
           part_->accepts(*waiting_[0].sense)) {
        stand_alone(*waiting_[0].sense);
        waiting_.erase(waiting_.begin());
    }
}

void look_phrase::apply_to_receiver(const std::vector<waiting_attribute>& attributes, bool single) {
    to_receiver_ = true;
    apply(attributes, *receiver_.noun, single);
    to_receiver_ = false;
}

void look_phrase::apply(const std::vector<waiting_attribute>& attributes, const noun_sense& noun,
                        bool single) {
    for (const auto& [key, field] : noun.takes) fill_field(attributes, key, field, single);
    for (const auto& [key, field] : noun.weakly)
        for (const auto& one : attributes)
            if (const auto value = one.sense->meaning(key); !value.empty())
                claims_.hint({field, std::string(value)});
    for (std::size_t at = 0; at < attributes.size(); ++at) {
        // "blond and blue-eyed", "pale, white-haired"
        const bool is_apart = at + 1 < attributes.size() && (attributes[at + 1].after_connector ||
                                                             attributes[at + 1].after_comma);
        const bool alone = noun.is_person || is_apart;
        if (alone && !noun.accepts(*attributes[at].sense)) claims_.say(attributes[at].sense->alone);
    }
}

// Of two colours side by side the second is the colour ("silver blue"); "and" makes them two.
void look_phrase::fill_field(const std::vector<waiting_attribute>& attributes,
                             const std::string& key, const std::string& field, bool single) {
    // The colour of the first garment is the palette, or of what is worn over none.
    if (field == "palette" && claims_.garments() > (to_receiver_ ? 1 : 0)) return;
    std::vector<std::string> values;
    bool apart = false;
    for (const auto& one : attributes) {
        apart = apart || one.after_connector;
        const std::string value(one.sense->meaning(key));
        if (value.empty()) continue;
        if (!values.empty() && !apart && !(single && one.after_comma))
            values.back() = value;
        else
            values.push_back(value);
        apart = false;
    }
    if (values.empty()) return;
    // "orange to white ombre hair"
    if (field == "hair_color2" && values.size() > 1) {
        claims_.say({"hair_color", values[0]});
        values.erase(values.begin());
    }
    const bool is_first =
        single ? claims_.add({field, values[0]}) : claims_.say({field, values[0]});
    const bool second_counts = single || (field == "hair_color" && is_first);
    if ((field != "hair_color" && field != "eye_color") || !second_counts) return;
    const auto second = is_first ? values.size() > 1 ? values[1] : "" : values[0];
    const auto& first =
        field == "hair_color" ? claims_.said().hair_color : claims_.said().eye_color;
    if (!second.empty() && second != first) claims_.add({field + "2", second});
}

}  // namespace medusa
