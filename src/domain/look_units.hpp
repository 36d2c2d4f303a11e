// The steps of a text that the look reader takes one by one. Pure; any thread.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "domain/lexicon.hpp"

namespace medusa {

// One step: a known phrase, an age, a punctuation mark, or a word that is not known. It views the
// tokens that it was made of.
struct unit {
    const word_sense* sense = nullptr;
    std::string_view age;
    char mark = 0;
    std::string_view word;
};

// A word that is not known, or known to say nothing.
bool means_nothing(const unit& one);

// A text in another language keeps nothing but ages: words that it shares with English ("robe")
// mean other things there. What was asked and denied at once is left out: "Blonde? No, ...", and
// short questions.
std::vector<unit> units_of(std::span<const token> tokens);

// "shimmering", "carefully", "graceful": words that stand between an attribute and its noun.
bool looks_like_an_adjective(std::string_view word);

}  // namespace medusa
