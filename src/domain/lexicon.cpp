#include "domain/lexicon.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "core/error.hpp"
#include "core/resources.hpp"
#include "core/text.hpp"

namespace medusa {
namespace {

namespace json = boost::json;

constexpr std::pair<std::string_view, word_kind> kinds[] = {
    {"value", word_kind::value},
    {"attribute", word_kind::attribute},
    {"link", word_kind::link},
    {"simile", word_kind::simile},
    {"single", word_kind::single},
    {"filler", word_kind::filler},
    {"article", word_kind::article},
    {"connector", word_kind::connector},
    {"boundary", word_kind::boundary},
    {"negator", word_kind::negator},
    {"others", word_kind::others},
    {"ignored", word_kind::ignored},
    {"pronoun", word_kind::pronoun},
    {"verb", word_kind::verb},
    {"company", word_kind::company},
    {"beside", word_kind::beside},
    {"former", word_kind::former},
    {"resumption", word_kind::resumption},
    {"correction", word_kind::correction},
    {"aside", word_kind::aside},
    {"foreign", word_kind::foreign},
};

word_kind kind_from(std::string_view word) {
    for (const auto& [name, kind] : kinds)
        if (name == word) return kind;
    throw error(errc::internal, "the word table has no kind \"" + std::string(word) + "\"");
}

std::string text_of(const json::value& value) {
    return json::value_to<std::string>(value);
}

std::vector<field_value> pairs_at(const json::object& object, std::string_view key) {
    std::vector<field_value> pairs;
    if (const auto* fields = object.if_contains(key))
        for (const auto& field : fields->as_object())
            pairs.emplace_back(field.key(), text_of(field.value()));
    return pairs;
}

std::vector<std::string> strings(const json::value& list) {
    return json::value_to<std::vector<std::string>>(list);
}

std::string joined(std::span<const token> tokens) {
    std::string phrase;
    for (const auto& token : tokens) phrase += (phrase.empty() ? "" : " ") + token.text;
    return phrase;
}

std::string plural_of(const std::string& word) {
    const auto ends = [&](std::string_view end) { return word.ends_with(end); };
    if (ends("s") || ends("x") || ends("ch") || ends("sh")) return word + "es";
    if (ends("y") && !ends("ay") && !ends("ey")) return word.substr(0, word.size() - 1) + "ies";
    return word + "s";
}

char mark_of(unsigned char c) {
    if (c == ',' || c == ':' || c == '?') return char(c);
    if (c == '+') return ',';
    // "eyes (green)", "hair=black": what stands in brackets is said of the word before.
    if (c == '(' || c == '=') return ':';
    const std::string_view ends = ".;!)[]\n\r/|";
    return ends.find(char(c)) == std::string_view::npos ? '\0' : '.';
}

// Dashes, quotation marks and the like of U+2010 to U+203F as the ASCII that means the same here.
std::string with_plain_punctuation(std::string_view text) {
    std::string plain;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text.substr(at, 2) != "\xE2\x80" || at + 2 >= text.size()) {
            plain += text[at];
            continue;
        }
        const auto last = static_cast<unsigned char>(text[at + 2]);
        if (last == 0x98 || last == 0x99)
            plain += '\'';
        else
            plain += last <= 0x91 ? '-' : last <= 0x95 ? ';' : ' ';
        at += 2;
    }
    return plain;
}

// A long line that goes on in lower case is one sentence, broken to fit a page; short lines are
// those of a list.
std::string unwrapped(std::string text) {
    constexpr std::size_t page = 60;  // bytes
    std::size_t start = 0;
    for (auto at = text.find('\n'); at != std::string::npos; at = text.find('\n', start)) {
        const bool goes_on =
            at + 1 < text.size() && std::islower(static_cast<unsigned char>(text[at + 1]));
        if (goes_on && at - start >= page) text[at] = ' ';
        start = at + 1;
    }
    return text;
}

}  // namespace

std::string_view word_sense::meaning(std::string_view key) const {
    for (const auto& [name, value] : beside)
        if (name == key) return value;
    return {};
}

const std::string* word_sense::value_of(std::string_view field) const {
    for (const auto& [name, value] : is)
        if (name == field) return &value;
    return nullptr;
}

bool word_sense::is_garment() const {
    return noun && value_of("outfit") && noun->takes.front().second == "palette";
}

bool noun_sense::accepts(const word_sense& attribute) const {
    const auto means = [&](const field_value& one) {
        return !attribute.meaning(one.first).empty();
    };
    return std::any_of(takes.begin(), takes.end(), means) ||
           std::any_of(weakly.begin(), weakly.end(), means);
}

std::vector<token> tokens_of(std::string_view text) {
    std::vector<token> tokens;
    std::string word;
    const auto finish = [&] {
        while (word.ends_with('\'')) word.pop_back();
        if (!word.empty()) {
            auto lower = to_lower(word);
            const bool is_capital = lower[0] != word[0];
            tokens.push_back({std::move(lower), 0, is_capital});
        }
        word.clear();
    };
    const auto plain = unwrapped(with_plain_punctuation(text));
    const auto is_digit = [&](std::size_t at) {
        return at < plain.size() && plain[at] >= '0' && plain[at] <= '9';
    };
    for (std::size_t at = 0; at < plain.size(); ++at) {
        const auto c = static_cast<unsigned char>(plain[at]);
        const bool in_number = c == ',' && at > 0 && is_digit(at - 1) && is_digit(at + 1);
        if (in_number) continue;
        if (std::isalnum(c) || c >= 0x80 || (c == '\'' && !word.empty())) {
            word += plain[at];
            continue;
        }
        finish();
        if (c == '&') tokens.push_back({"and"});
        if (const char mark = mark_of(c)) tokens.push_back({{}, mark});
    }
    finish();
    return tokens;
}

// Fills a lexicon from the resource files.
struct lexicon_reader {
    lexicon& into;

    void nouns(const json::object& file) {
        if (const auto* nouns = file.if_contains("nouns"))
            for (const auto& noun : nouns->as_object()) {
                const auto& fields = noun.value().as_object();
                into.nouns_[noun.key()] = {pairs_at(fields, "takes"), pairs_at(fields, "weakly"),
                                           fields.contains("is_person"), fields.contains("is_kin"),
                                           fields.contains("is_beast")};
            }
        lists(file, "kinds_of", into.kinds_);
        lists(file, "narrower", into.narrower_);
        for (auto [key, names] : {std::pair("given_names", &into.given_names_),
                                  std::pair("family_names", &into.family_names_)})
            if (const auto* list = file.if_contains(key))
                for (auto& name : strings(*list)) names->insert(std::move(name));
    }

    void group(const json::object& group) {
        word_sense sense;
        sense.kind = kind_from(text_of(group.at("kind")));
        if (const auto* noun = group.if_contains("noun"))
            sense.noun = &into.nouns_.at(text_of(*noun));
        const bool with_plurals = group.contains("plural");

        if (group.contains("words")) entry(sense, group, with_plurals);
        if (const auto* entries = group.if_contains("entries"))
            for (const auto& row : entries->as_array()) entry(sense, row.as_object(), with_plurals);
        if (const auto* values = group.if_contains("values"))
            for (const auto& row : values->as_object()) {
                auto& fields = group.contains("weakly") ? sense.weak : sense.is;
                fields = {{text_of(group.at("field")), row.key()}};
                for (const auto& words : strings(row.value())) add(words, sense, with_plurals);
            }
    }

private:
    void lists(const json::object& file, std::string_view key,
               std::unordered_map<std::string, std::vector<std::string>>& into_lists) {
        if (const auto* named = file.if_contains(key))
            for (const auto& list : named->as_object())
                into_lists[list.key()] = strings(list.value());
    }

    void entry(word_sense sense, const json::object& row, bool with_plurals) {
        sense.is = pairs_at(row, "is");
        sense.weak = pairs_at(row, "weak");
        sense.alone = pairs_at(row, "alone");
        if (sense.kind == word_kind::attribute)
            for (const auto& field : row)
                if (field.value().is_string())
                    sense.beside.emplace_back(field.key(), text_of(field.value()));
        for (const auto& words : strings(row.at("words"))) add(words, sense, with_plurals);
    }

    void add(const std::string& words, const word_sense& sense, bool with_plural) {
        auto tokens = tokens_of(words);
        put(tokens, sense);
        if (!with_plural || tokens.empty()) return;
        tokens.back().text = plural_of(tokens.back().text);
        put(tokens, sense);
    }

    void put(const std::vector<token>& tokens, const word_sense& sense) {
        if (tokens.empty() || !into.phrases_.emplace(joined(tokens), sense).second)
            throw error(errc::internal, "the word table holds \"" + joined(tokens) + "\" twice");
        into.longest_ = std::max(into.longest_, tokens.size());
    }
};

lexicon::lexicon() {
    std::vector<json::value> files;
    for (const auto name : resource_names("look/")) files.push_back(json::parse(resource(name)));
    lexicon_reader reader{*this};
    for (const auto& file : files) reader.nouns(file.as_object());
    for (const auto& file : files)
        for (const auto& group : file.at("groups").as_array()) reader.group(group.as_object());
}

std::optional<lexicon::match> lexicon::longest_at(std::span<const token> tokens,
                                                  std::size_t at) const {
    std::size_t length = 0;
    while (length < longest_ && at + length < tokens.size() && !tokens[at + length].mark &&
           !tokens[at + length].is_name)
        ++length;
    for (; length > 0; --length) {
        const auto found = phrases_.find(joined(tokens.subspan(at, length)));
        if (found != phrases_.end()) return match{&found->second, length};
    }
    return std::nullopt;
}

std::span<const std::string> lexicon::kinds_of(const std::string& general) const {
    const auto found = kinds_.find(general);
    if (found == kinds_.end()) return {};
    return found->second;
}

bool lexicon::is_narrower(const std::string& special, const std::string& general) const {
    const auto found = narrower_.find(general);
    if (found == narrower_.end()) return false;
    return std::find(found->second.begin(), found->second.end(), special) != found->second.end();
}

const lexicon& look_lexicon() {
    static const lexicon words;
    return words;
}

}  // namespace medusa
