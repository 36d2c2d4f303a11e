// The word table of the look parser: resources/look/*.json, read once. Immutable; any thread.
//
// A resource file holds groups of words of one kind. To teach the parser a word, add it there.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

namespace medusa {

enum class word_kind {
    value,       // means something by itself: "sorceress"; as a noun it takes attributes: "hair"
    attribute,   // means something beside a noun only: "silver"
    link,        // ties attributes to the noun before it: "is"
    simile,      // the same, and what follows is only a comparison: "like the sea"
    single,      // one of a pair: "one", "left"
    filler,      // may stand between attribute and noun: "very"
    article,     // starts a new phrase: "a", "her"
    pronoun,     // the same, and speaks of the subject again: "she"
    connector,   // "and"
    boundary,    // ends a phrase: "with"
    negator,     // "without"
    verb,        // ends a phrase, and speaks of the subject again: "stands"
    others,      // what follows is somebody else: "daughter of"
    company,     // is somebody else, with all that is said of them: "everyone else"
    beside,      // the same, where a person follows: "next to a bald man in a coat"
    aside,       // what follows in the sentence is not how they look: "likes: rain, old books"
    former,      // what follows was so, and is not now: "once"
    resumption,  // the thing before again: "it"
    correction,  // what follows in the sentence counts, whatever was said: "no, wait"
    foreign,     // a small word of another language: "avec"
    ignored,     // a saying that means nothing here: "young at heart"
};

using field_value = std::pair<std::string, std::string>;

struct word_sense;

struct noun_sense {
    std::vector<field_value> takes;   // meaning of an attribute -> field of the look it goes to
    std::vector<field_value> weakly;  // the same, where nothing else says it
    bool is_person = false;           // attributes that can stand alone describe it
    bool is_kin = false;              // "her brother" is somebody else than she
    bool is_beast = false;            // and so is a wolf, unless the text is about one

    // Whether the attribute says something of this noun.
    bool accepts(const word_sense& attribute) const;
};

struct word_sense {
    word_kind kind = word_kind::value;
    const noun_sense* noun = nullptr;  // none: attributes reach past it, "silver elven hair"
    std::vector<field_value> is;       // fields of the look that it fills
    std::vector<field_value> weak;     // fields that it fills where nothing else does
    std::vector<field_value> beside;   // an attribute's meaning beside a noun
    std::vector<field_value> alone;    // its meaning for a person, or with no noun at all

    // The attribute's meaning for one key of noun_sense::takes, empty where it has none.
    std::string_view meaning(std::string_view key) const;

    // What it says of a field of the look, null where it says nothing.
    const std::string* value_of(std::string_view field) const;

    // Whether it is worn and its colour is that of the picture: a robe is, a scarf over it is not.
    bool is_garment() const;
};

// A word in lower case, or a punctuation mark: ',' between parts of a sentence, ':' after a
// heading, '.' at ends, '?' after a question.
struct token {
    std::string text;
    char mark = 0;
    bool is_capital = false;  // begins with an upper case letter
    bool is_name = false;     // of somebody, whatever the word means: drop_names()
};

// Words of `text`, hyphens and underscores taken for blanks.
std::vector<token> tokens_of(std::string_view text);

class lexicon {
public:
    // Throws error(internal) for a table that contradicts itself.
    lexicon();

    struct match {
        const word_sense* sense;
        std::size_t length;  // tokens
    };
    // The longest known phrase that starts at `tokens[at]`.
    std::optional<match> longest_at(std::span<const token> tokens, std::size_t at) const;

    // The words that `general` covers ("hat" -> "tricorn" ...), itself excluded.
    std::span<const std::string> kinds_of(const std::string& general) const;

    // Any person: what "she" in "she is old" takes.
    const noun_sense& person() const { return nouns_.at("person"); }

    // Whether `special` says more of the same than `general`: "auburn" than "red".
    bool is_narrower(const std::string& special, const std::string& general) const;

    // "Amber", "Hunter": words of this table that people are called by.
    bool is_given_name(const std::string& word) const { return given_names_.contains(word); }
    bool is_family_name(const std::string& word) const { return family_names_.contains(word); }

    std::size_t size() const { return phrases_.size(); }

private:
    friend struct lexicon_reader;

    std::unordered_map<std::string, noun_sense> nouns_;
    std::unordered_map<std::string, std::vector<std::string>> kinds_;
    std::unordered_map<std::string, std::vector<std::string>> narrower_;
    std::unordered_set<std::string> given_names_;
    std::unordered_set<std::string> family_names_;
    std::unordered_map<std::string, word_sense> phrases_;
    std::size_t longest_ = 0;  // tokens
};

const lexicon& look_lexicon();

}  // namespace medusa
