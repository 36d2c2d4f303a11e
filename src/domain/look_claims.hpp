// What a text claims of one look, weighed claim by claim: the step of the look parser that knows
// what counts where two claims differ. The rules are told in look.hpp. One text, one thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "domain/lexicon.hpp"
#include "domain/look.hpp"

namespace medusa {

// What one text says of a look, without the age: ages are claims that are weighed together.
struct look_reading {
    look said;
    look hinted;                           // true where nothing else speaks
    std::vector<std::string> ages;         // age bands, what counts more before what counts less
    std::vector<std::string> hinted_ages;  // the same
};

class look_claims {
public:
    // All that a word says by itself.
    void say(const word_sense& sense);
    void say(const std::vector<field_value>& claims);
    void hint(const std::vector<field_value>& claims);
    void hint(const field_value& claim);

    // One claim; whether it is what the look says now.
    bool say(const field_value& claim);
    // The same, whatever was said.
    bool replace(const field_value& claim);
    // The same, beside what is said already: the other eye, a second colour.
    bool add(const field_value& claim);

    // Years tell more than words: "a young woman, seventy years old".
    void count_years(std::string_view band);

    // "no glasses", wherever in the text the glasses are.
    void deny(const word_sense& sense);

    // The garment whose colour is that of the picture has been named; how many of them have.
    void wear() { ++garments_; }
    int garments() const { return garments_; }

    // A word of correction: what follows in the sentence counts, whatever was said.
    void correct() { corrects_ = true; }
    // "She is ...": what follows in the phrase counts as well.
    void restate(bool restates) { restates_ = restates; }
    // Of whom is talked is not sure any more: what was said stays.
    void doubt() { doubts_ = true; }
    void trust() { doubts_ = false; }
    void end_sentence();

    const look& said() const { return result_.said; }
    bool is_empty() const;

    look_reading take() &&;

private:
    bool counts(std::string_view field, const std::string& before, const std::string& value) const;
    bool names_somebody_else(const word_sense& sense) const;
    void deny(const std::string& field, const std::string& value);

    look_reading result_;
    std::vector<field_value> denied_;
    std::string wrap_palette_;
    std::ptrdiff_t ages_in_years_ = 0;
    int garments_ = 0;
    bool corrects_ = false;
    bool restates_ = false;
    bool doubts_ = false;
};

}  // namespace medusa
