// Attributes on their way to a noun: the step of the look parser that knows about phrases. "Silver"
// waits for "hair", and "hair" in "her hair is long" waits for more. One text, one thread.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "domain/look_claims.hpp"
#include "domain/look_units.hpp"

namespace medusa {

class look_phrase {
public:
    look_phrase(std::span<const unit> units, look_claims& claims)
        : units_(units), claims_(claims) {}

    void add(const word_sense& attribute);
    // The noun at `at`, that attributes have waited for; it may take more of them.
    void add_noun(std::size_t at);
    // What is said is complete: a comma before it says nothing any more.
    void add_value(const word_sense& sense);

    // "one eye", "the left side".
    void single() { single_ = true; }
    void article(std::size_t at, bool is_possessive);
    void connector();
    void fill_in();
    void comma();
    // A word at `at` that is not known.
    void unknown(std::size_t at);

    // "is" at `at`: what follows is of the noun before. The noun, none where there is none.
    const noun_sense* link(std::size_t at);
    // "blue glowing eyes": the noun at `at` takes what waits.
    bool is_waiting_for(std::size_t at) const;

    // "she is": what follows is of her.
    void speak_of_a_person() { receiver_ = {&look_lexicon().person(), true, false, false}; }
    // "it is": what follows is of the part of the body that was named last.
    void resume();

    // Attributes with no noun after them go to the noun before, or stand alone.
    void settle();
    void end();
    void forget_attributes() { waiting_.clear(); }

private:
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

    void stand_alone(const word_sense& attribute);
    void give_first_part_to_receiver(const noun_sense& next);
    void give_first_part_to_part();
    void apply_to_receiver(const std::vector<waiting_attribute>& attributes, bool single);
    void apply(const std::vector<waiting_attribute>& attributes, const noun_sense& noun,
               bool single);
    void fill_field(const std::vector<waiting_attribute>& attributes, const std::string& key,
                    const std::string& field, bool single);

    std::span<const unit> units_;
    look_claims& claims_;
    std::vector<waiting_attribute> waiting_;
    receiver receiver_;
    const noun_sense* part_ = nullptr;       // of the body, the last noun of the phrase
    const noun_sense* last_part_ = nullptr;  // the same, of the text
    bool connector_ = false;                 // an "and" since the last attribute
    bool comma_ = false;
    bool single_ = false;
    bool is_noun_ = false;      // the last attribute is one itself: "moss growing on"
    bool to_receiver_ = false;  // attributes go to a noun before them
};

}  // namespace medusa
