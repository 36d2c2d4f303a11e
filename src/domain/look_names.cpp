#include "domain/look_names.hpp"

#include <algorithm>
#include <string>

namespace medusa {
namespace {

using token_list = std::vector<token>;

const word_sense* sense_at(const token_list& tokens, std::size_t at) {
    if (at >= tokens.size() || tokens[at].mark) return nullptr;
    const auto known = look_lexicon().longest_at({&tokens[at], 1}, 0);
    return known ? known->sense : nullptr;
}

bool is_word(const token_list& tokens, std::size_t at,
             std::initializer_list<std::string_view> words) {
    return at < tokens.size() &&
           std::find(words.begin(), words.end(), tokens[at].text) != words.end();
}

bool is_person(const word_sense* sense) {
    return sense && sense->noun && sense->noun->is_person;
}

bool is_kind(const token_list& tokens, std::size_t at, word_kind kind) {
    const auto* sense = sense_at(tokens, at);
    return sense && sense->kind == kind;
}

// What a name may consist of; "with", "she" and the like begin no name.
bool may_be_a_name(const token_list& tokens, std::size_t at) {
    const auto* sense = sense_at(tokens, at);
    return !sense || sense->kind == word_kind::value || sense->kind == word_kind::attribute;
}

// What follows at `at` says that a subject is before it: "is ...", "smiles", ", a knight", ", 24".
bool follows_a_subject(const token_list& tokens, std::size_t at) {
    if (at >= tokens.size()) return false;
    if (tokens[at].mark)
        return tokens[at].mark == ',' &&
               (is_word(tokens, at + 1, {"a", "an", "the", "aged", "age", "who", "whose"}) ||
                (at + 1 < tokens.size() && !tokens[at + 1].text.empty() &&
                 tokens[at + 1].text.find_first_not_of("0123456789") == std::string::npos));
    if (is_word(tokens, at, {"is", "was", "has", "had", "wears", "wore", "who", "whose", "with"}))
        return true;
    const auto* sense = sense_at(tokens, at);
    if (sense && (sense->kind == word_kind::verb || sense->kind == word_kind::link)) return true;
    const bool is_verb = tokens[at].text.size() > 3 &&
                         (tokens[at].text.ends_with("s") || tokens[at].text.ends_with("ed"));
    return is_verb && !(sense && sense->noun) && !is_kind(tokens, at, word_kind::attribute);
}

// "is a ..." tells who somebody is: before it even the name of a trade is a name.
bool follows_a_name(const token_list& tokens, std::size_t at) {
    return is_word(tokens, at, {"is", "was"}) && is_word(tokens, at + 1, {"a", "an", "the"});
}

// "Amber eyes": the word describes what follows.
bool describes_what_follows(const token_list& tokens, std::size_t at) {
    const auto* sense = sense_at(tokens, at);
    const auto* next = sense_at(tokens, at + 1);
    if (!sense || !next || sense->kind != word_kind::attribute) return false;
    return next->kind == word_kind::attribute ||
           (next->noun && (!next->noun->is_person || next->noun->accepts(*sense)));
}

// Words side by side that begin with capitals.
struct capitals {
    std::size_t begin;
    std::size_t end;
    bool after_word;   // in the middle of a sentence
    bool after_title;  // "Captain"
};

// "Half-elf" and "Captain" are before a name and no part of it.
void skip_titles(const token_list& tokens, capitals& run) {
    while (run.begin < run.end) {
        const auto known = look_lexicon().longest_at(tokens, run.begin);
        const bool is_title =
            known && is_person(known->sense) && run.begin + known->length < run.end;
        const bool is_before = !may_be_a_name(tokens, run.begin) ||
                               is_word(tokens, run.begin, {"meet", "named", "called", "dear"});
        if (is_title && !look_lexicon().is_given_name(tokens[run.begin].text)) {
            run.begin += known->length;
            run.after_title = true;
        } else if (is_before) {
            ++run.begin;
            run.after_word = true;
        } else {
            return;
        }
    }
}

bool is_the_name_of_one(const token_list& tokens, const capitals& run) {
    const auto& words = look_lexicon();
    const auto& word = tokens[run.begin].text;
    if (describes_what_follows(tokens, run.begin)) return false;
    if (run.after_title) {
        const bool is_trade = is_person(sense_at(tokens, run.begin));
        return !is_trade && (words.is_given_name(word) || words.is_family_name(word));
    }
    if (run.begin > 0 && is_kind(tokens, run.begin - 1, word_kind::article)) return false;
    if (!words.is_given_name(word))
        return words.is_family_name(word) && follows_a_name(tokens, run.end);
    // "Rain drips from the roof": a thing may well do what a person does.
    const auto* sense = sense_at(tokens, run.begin);
    const bool is_noun = sense && sense->kind == word_kind::value;
    if (is_noun && !run.after_word && !(run.end < tokens.size() && tokens[run.end].mark))
        return follows_a_name(tokens, run.end);
    return run.after_word || follows_a_subject(tokens, run.end);
}

bool is_a_full_name(const token_list& tokens, const capitals& run) {
    const auto& words = look_lexicon();
    bool is_given = false;
    bool is_known = true;
    for (auto at = run.begin; at < run.end; ++at) {
        const auto& word = tokens[at].text;
        if (words.is_given_name(word)) is_given = true;
        const bool is_listed = words.is_given_name(word) || words.is_family_name(word);
        if (!is_listed && sense_at(tokens, at)) return false;
        if (!is_listed) is_known = false;
    }
    // "Forest Green cloak"
    const auto phrase = words.longest_at(tokens, run.begin);
    if (phrase && phrase->length > 1 && !follows_a_subject(tokens, run.end)) return false;
    return is_given ||
           (!is_known && (run.after_word || run.after_title || follows_a_subject(tokens, run.end)));
}

void mark(token_list& tokens, const capitals& run) {
    for (auto at = run.begin; at < run.end; ++at) tokens[at].is_name = true;
}

capitals run_at(const token_list& tokens, std::size_t at) {
    capitals run{at, at, at > 0 && !tokens[at - 1].mark, false};
    while (run.end < tokens.size() && tokens[run.end].is_capital) ++run.end;
    return run;
}

// Where most words begin with one, a capital says nothing.
bool is_in_title_case(const token_list& tokens) {
    const auto all =
        std::count_if(tokens.begin(), tokens.end(), [](const token& one) { return !one.mark; });
    const auto capital = std::count_if(tokens.begin(), tokens.end(),
                                       [](const token& one) { return one.is_capital; });
    return all >= 4 && 3 * capital > 2 * all;
}

void drop_own_name(token_list& tokens, std::string_view name) {
    const auto own = tokens_of(name);
    const auto is_own = [&](const token& one) {
        return one.is_capital && std::any_of(own.begin(), own.end(), [&](const token& part) {
                   return part.text == one.text;
               });
    };
    for (std::size_t at = 0; at < tokens.size(); ++at) {
        if (!is_own(tokens[at])) continue;
        auto run = run_at(tokens, at);
        run.end = at;
        while (run.end < tokens.size() && is_own(tokens[run.end])) ++run.end;
        at = run.end - 1;
        skip_titles(tokens, run);
        if (run.begin == run.end || describes_what_follows(tokens, run.end - 1)) continue;
        const bool is_trade = run.end - run.begin == 1 && is_person(sense_at(tokens, run.begin));
        const bool is_one = run.begin > 0 && is_kind(tokens, run.begin - 1, word_kind::article);
        if (is_trade && (is_one || !follows_a_subject(tokens, run.end))) continue;
        mark(tokens, run);
    }
}

}  // namespace

void drop_names(std::vector<token>& tokens, std::string_view name) {
    drop_own_name(tokens, name);
    if (is_in_title_case(tokens)) return;
    for (std::size_t at = 0; at < tokens.size(); ++at) {
        if (!tokens[at].is_capital || tokens[at].is_name) continue;
        auto run = run_at(tokens, at);
        at = run.end - 1;
        skip_titles(tokens, run);
        const auto length = run.end - run.begin;
        if (length == 0) continue;
        if (length == 1 ? is_the_name_of_one(tokens, run) : is_a_full_name(tokens, run))
            mark(tokens, run);
    }
}

}  // namespace medusa
