// Why a character was found: the words of a search that it says, and what two have in common. Pure;
// any thread.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "domain/character.hpp"

namespace medusa {

// What can be told of a person in a word or two: tags and traits, "silver hair", "violet eyes",
// "elf", "cloak" ... In lower case.
std::set<std::string> features_of(const character& record);
// Of somebody who is only described.
std::set<std::string> features_of(const std::string& description);

// Those of the features that the record has as well, in alphabetical order.
std::vector<std::string> shared_features(const std::set<std::string>& features,
                                         const character& record);

// Those of the words that name, tags or description of the record say, also with other endings, and
// two neighbours written as one ("eye patch", "eyepatch").
std::vector<std::string> words_said(const std::vector<std::string>& words, const character& record);

}  // namespace medusa
