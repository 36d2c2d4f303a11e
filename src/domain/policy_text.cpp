#include "domain/policy_text.hpp"

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>

#include "domain/policy_letters.hpp"

namespace medusa {
namespace {

constexpr std::size_t shortest_spelled_word = 3;
// A token of many ambiguous digits would otherwise have exponentially many forms.
constexpr std::size_t most_forms = 64;
// No list has a longer word, so a longer token is read in one way only.
constexpr std::size_t longest_word_chars = 48;

using glyph_range = std::span<const glyph>;

// Neighbouring letters, digits and symbols: what white space and punctuation leave together.
struct chunk {
    std::size_t begin;  // indices of glyphs
    std::size_t end;

    std::size_t size() const { return end - begin; }
};

bool is_separator(const glyph& g) {
    return g.kind == glyph_kind::separator || g.kind == glyph_kind::invisible;
}

std::vector<chunk> cut(const std::vector<glyph>& glyphs) {
    std::vector<chunk> chunks;
    for (std::size_t at = 0; at < glyphs.size(); ++at) {
        if (is_separator(glyphs[at])) continue;
        const auto begin = at;
        if (glyphs[at].kind != glyph_kind::ideograph)
            while (at + 1 < glyphs.size() && !is_separator(glyphs[at + 1]) &&
                   glyphs[at + 1].kind != glyph_kind::ideograph)
                ++at;
        chunks.push_back({begin, at + 1});
    }
    return chunks;
}

bool has(glyph_range glyphs, glyph_kind kind) {
    return std::any_of(glyphs.begin(), glyphs.end(),
                       [kind](const glyph& g) { return g.kind == kind; });
}

bool mixes(glyph_range glyphs) {
    return has(glyphs, glyph_kind::letter) &&
           (has(glyphs, glyph_kind::digit) || has(glyphs, glyph_kind::symbol));
}

// `word` with every run of three or more equal letters shortened to `keep` letters.
std::string shorten_runs(std::string_view word, std::size_t keep) {
    std::string result;
    for (std::size_t at = 0; at < word.size();) {
        const auto end = std::min(word.find_first_not_of(word[at], at), word.size());
        result.append(end - at >= 3 ? keep : end - at, word[at]);
        at = end;
    }
    return result;
}

void add_form(std::vector<std::string>& forms, std::string form) {
    if (forms.size() < most_forms && !form.empty() &&
        std::find(forms.begin(), forms.end(), form) == forms.end())
        forms.push_back(std::move(form));
}

bool has_long_run(std::string_view word) {
    for (std::size_t at = 2; at < word.size(); ++at)
        if (word[at] == word[at - 1] && word[at] == word[at - 2]) return true;
    return false;
}

// "sooo" may be "so" or "soo".
void add_drawn_out_forms(std::vector<std::string>& forms) {
    for (std::size_t i = 0, count = forms.size(); i < count; ++i) {
        if (!has_long_run(forms[i])) continue;
        add_form(forms, shorten_runs(forms[i], 1));
        add_form(forms, shorten_runs(forms[i], 2));
    }
}

// The forms of letters alone or digits alone.
std::vector<std::string> plain_forms(glyph_range glyphs) {
    std::string lower;
    std::string shape;
    for (const auto& g : glyphs) {
        lower += g.lower;
        shape += g.shape.empty() ? g.lower : g.shape;
    }
    std::vector<std::string> forms;
    forms.push_back(std::move(lower));
    if (shape != forms.front()) forms.push_back(std::move(shape));
    if (glyphs.front().kind == glyph_kind::letter) add_drawn_out_forms(forms);
    return forms;
}

// Symbols that are ordinary punctuation at the ends of a word.
bool is_weak_symbol(const glyph& g) {
    return g.kind == glyph_kind::symbol && g.lower != "@" && g.lower != "$";
}

template <typename Predicate>
glyph_range trim(glyph_range glyphs, Predicate dropped) {
    while (!glyphs.empty() && dropped(glyphs.front())) glyphs = glyphs.subspan(1);
    while (!glyphs.empty() && dropped(glyphs.back())) glyphs = glyphs.first(glyphs.size() - 1);
    return glyphs;
}

void add_decoded(std::vector<std::string>& forms, glyph_range glyphs) {
    const std::size_t limit = glyphs.size() > longest_word_chars ? 1 : most_forms;
    std::vector<std::string> begun = {""};
    for (const auto& g : glyphs) {
        std::string_view choices;
        if (g.kind != glyph_kind::letter) choices = letters_meant_by(g.lower.front());
        if (choices.empty() || begun.size() * choices.size() > limit) {
            const auto tail = choices.empty() ? g.lower : std::string(1, choices.front());
            for (auto& form : begun) form += tail;
            continue;
        }
        std::vector<std::string> longer;
        for (const auto& form : begun)
            for (const char letter : choices) longer.push_back(form + letter);
        begun = std::move(longer);
    }
    for (auto& form : begun) add_form(forms, std::move(form));
}

// "n|o|t|e": single characters with symbols between them as separators.
std::vector<glyph> spelled_between_symbols(glyph_range token) {
    std::vector<glyph> word;
    for (std::size_t at = 0; at < token.size(); ++at) {
        if (is_weak_symbol(token[at]) != (at % 2 == 1)) return {};
        if (at % 2 == 0) word.push_back(token[at]);
    }
    return word.size() < shortest_spelled_word ? std::vector<glyph>{} : word;
}

// What a token that mixes letters with digits or symbols spells; numbers at its ends may also be
// just numbers.
std::vector<std::string> decoded_forms(glyph_range glyphs) {
    const auto token = trim(glyphs, is_weak_symbol);
    std::vector<std::string> forms;
    add_decoded(forms, spelled_between_symbols(token));
    add_decoded(forms, trim(token, [](const glyph& g) { return g.kind == glyph_kind::digit; }));
    add_decoded(forms, token);
    add_decoded(forms, glyphs);
    add_drawn_out_forms(forms);
    return forms;
}

class reading {
public:
    explicit reading(const std::vector<glyph>& glyphs) : glyphs_(glyphs), chunks_(cut(glyphs)) {}

    void add_plain(std::vector<policy_token>& tokens) const {
        for (const auto& one : chunks_) add_plain(one, tokens);
    }

    // Nothing is added when this reading equals the plain one.
    void add_decoded_reading(std::vector<policy_token>& tokens) const {
        std::vector<policy_token> decoded;
        bool differs = false;
        for (std::size_t at = 0; at < chunks_.size();) {
            const auto end = end_of_spelled(at, true);
            if (end - at >= shortest_spelled_word) {
                decoded.push_back({spelled_forms(at, end)});
                differs = true;
                at = end;
                continue;
            }
            const auto range = glyphs_of(chunks_[at]);
            if (mixes(range)) {
                decoded.push_back({decoded_forms(range)});
                differs = true;
            } else {
                add_plain(chunks_[at], decoded);
            }
            ++at;
        }
        add_irregular(decoded, differs);
        if (!differs) return;
        tokens.push_back({});
        std::move(decoded.begin(), decoded.end(), std::back_inserter(tokens));
    }

private:
    glyph_range glyphs_of(const chunk& one) const {
        return glyph_range(glyphs_).subspan(one.begin, one.size());
    }

    // Letters and digits apart, symbols dropped: "12yo" is two words.
    void add_plain(const chunk& one, std::vector<policy_token>& tokens) const {
        for (std::size_t at = one.begin; at < one.end;) {
            const auto kind = glyphs_[at].kind;
            auto end = at + 1;
            while (end < one.end && glyphs_[end].kind == kind) ++end;
            if (kind != glyph_kind::symbol)
                tokens.push_back({plain_forms(glyph_range(glyphs_).subspan(at, end - at))});
            at = end;
        }
    }

    bool is_single(std::size_t at) const {
        return chunks_[at].size() == 1 && glyphs_[chunks_[at].begin].kind != glyph_kind::ideograph;
    }

    bool same_separator(std::size_t at, std::size_t other) const {
        const auto text = [this](std::size_t i) {
            return glyph_range(glyphs_).subspan(chunks_[i - 1].end,
                                                chunks_[i].begin - chunks_[i - 1].end);
        };
        return std::ranges::equal(text(at), text(other), {}, &glyph::lower, &glyph::lower);
    }

    // One past the single characters that start at chunk `at`; a `regular` run has one and the
    // same separator, so that a wider gap ends the word.
    std::size_t end_of_spelled(std::size_t at, bool regular) const {
        auto end = at;
        while (end < chunks_.size() && is_single(end) &&
               (!regular || end < at + 2 || same_separator(end, at + 1)))
            ++end;
        return end;
    }

    std::vector<std::string> spelled_forms(std::size_t begin, std::size_t end) const {
        std::vector<glyph> word;
        for (auto at = begin; at < end; ++at) word.push_back(glyphs_[chunks_[at].begin]);
        std::vector<std::string> forms;
        add_decoded(forms, word);
        for (auto& form : plain_forms(word)) add_form(forms, std::move(form));
        // "a" and "i" are words of their own before or after a spelled one.
        for (std::size_t i = 0, count = forms.size(); i < count; ++i) {
            const std::string form = forms[i];
            if (form.front() == 'a' || form.front() == 'i') add_form(forms, form.substr(1));
            if (form.back() == 'a' || form.back() == 'i')
                add_form(forms, form.substr(0, form.size() - 1));
        }
        return forms;
    }

    // Runs of single characters with changing separators, each as one more word at the end.
    void add_irregular(std::vector<policy_token>& tokens, bool& differs) const {
        for (std::size_t at = 0; at < chunks_.size();) {
            const auto end = end_of_spelled(at, false);
            if (end - at >= shortest_spelled_word && end_of_spelled(at, true) != end) {
                tokens.push_back({});
                tokens.push_back({spelled_forms(at, end)});
                differs = true;
            }
            at = std::max(end, at + 1);
        }
    }

    const std::vector<glyph>& glyphs_;
    std::vector<chunk> chunks_;
};

std::vector<glyph> without_invisible(std::vector<glyph> glyphs) {
    std::erase_if(glyphs, [](const glyph& g) { return g.kind == glyph_kind::invisible; });
    return glyphs;
}

}  // namespace

bool policy_token::spells(std::string_view word) const {
    return std::find(forms.begin(), forms.end(), word) != forms.end();
}

std::vector<policy_token> read_policy_tokens(std::string_view text) {
    const auto glyphs = read_glyphs(text);
    const auto visible = without_invisible(glyphs);
    std::vector<policy_token> tokens;
    const reading joined(visible);
    joined.add_plain(tokens);
    joined.add_decoded_reading(tokens);
    if (visible.size() != glyphs.size()) {
        const reading broken(glyphs);
        tokens.push_back({});
        broken.add_plain(tokens);
        broken.add_decoded_reading(tokens);
    }
    return tokens;
}

std::vector<std::string> policy_words(std::string_view text) {
    const auto glyphs = without_invisible(read_glyphs(text));
    std::vector<policy_token> tokens;
    reading(glyphs).add_plain(tokens);
    std::vector<std::string> words;
    for (auto& token : tokens) words.push_back(std::move(token.forms.front()));
    return words;
}

}  // namespace medusa
