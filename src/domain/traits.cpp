#include "domain/traits.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <map>
#include <set>

#include "core/resources.hpp"
#include "core/text.hpp"
#include "domain/lexicon.hpp"
#include "domain/look_words.hpp"

namespace medusa {
namespace {

namespace json = boost::json;

using word_list = std::vector<std::string>;
using word_map = std::map<std::string, std::string, std::less<>>;

constexpr std::size_t sub_traits_max = 3;
constexpr std::size_t phrase_words_max = 3;

std::string phrase_at(const std::vector<token>& tokens, std::size_t at, std::size_t length) {
    std::string phrase;
    for (std::size_t i = at; i < at + length; ++i) {
        if (tokens[i].mark) return {};
        phrase += (i == at ? "" : " ") + tokens[i].text;
    }
    return phrase;
}

// The form in which texts are searched: "sci-fi" as "sci fi".
std::string key_of(std::string_view phrase) {
    const auto tokens = tokens_of(phrase);
    return phrase_at(tokens, 0, tokens.size());
}

struct trait_table {
    word_map personality;  // key -> as it is written
    word_map genre;        // key -> genre
    word_map genre_of_style;
    word_map genre_of_role;
    word_map genre_of_species;
};

word_map read_map(const json::value& object) {
    word_map map;
    for (const auto& row : object.as_object())
        map.emplace(row.key(), json::value_to<std::string>(row.value()));
    return map;
}

trait_table read_table() {
    const auto file = json::parse(resource("traits.json"));
    trait_table table;
    for (const auto& word : json::value_to<word_list>(file.at("personality")))
        table.personality.emplace(key_of(word), word);
    for (const auto& row : file.at("genre").as_object())
        for (const auto& word : json::value_to<word_list>(row.value()))
            table.genre.emplace(key_of(word), row.key());
    table.genre_of_style = read_map(file.at("genre_of_style"));
    table.genre_of_role = read_map(file.at("genre_of_role"));
    table.genre_of_species = read_map(file.at("genre_of_species"));
    return table;
}

const trait_table& table() {
    static const auto read = read_table();
    return read;
}

void add(word_list& list, std::string_view word) {
    if (!word.empty() && std::find(list.begin(), list.end(), word) == list.end())
        list.emplace_back(word);
}

void add_from(word_list& list, const word_map& map, std::string_view key) {
    if (const auto found = map.find(key); found != map.end()) add(list, found->second);
}

bool is_denied(const std::vector<token>& tokens, std::size_t at) {
    static const std::set<std::string, std::less<>> deniers = {
        "not", "never", "no", "isn't", "without", "neither", "nor", "hardly", "anything", "less"};
    for (std::size_t back = 1; back <= 2 && back <= at; ++back) {
        const auto& before = tokens[at - back];
        if (before.mark) return false;
        if (deniers.contains(before.text)) return true;
    }
    return false;
}

// What `map` finds in `text`, longest phrases first, each once, in the order of the text.
word_list found_in(std::string_view text, const word_map& map) {
    const auto tokens = tokens_of(text);
    word_list words;
    for (std::size_t at = 0; at < tokens.size(); ++at)
        for (auto length = std::min(phrase_words_max, tokens.size() - at); length > 0; --length) {
            const auto found = map.find(phrase_at(tokens, at, length));
            if (found == map.end()) continue;
            // "a kind of magic" is not about kindness.
            const bool a_kind_of =
                found->first == "kind" && at + 1 < tokens.size() && tokens[at + 1].text == "of";
            if (!a_kind_of && !is_denied(tokens, at)) add(words, found->second);
            at += length - 1;
            break;
        }
    return words;
}

// Groups that only the look reads: they hold what the tag itself says, as it is written.
bool add_by_look(selected_tags& groups, const std::string& tag) {
    const look read = parse_look(tag, {});
    if (read == look{}) return false;
    if (!read.species.empty())
        add(groups.origin, tag);
    else if (!read.role.empty() || !read.gender.empty() || !read.age_band.empty())
        add(groups.character_type, tag);
    else
        add(groups.appearance, tag);
    return true;
}

void add_given(selected_tags& groups, const std::string& tag) {
    const auto key = key_of(tag);
    if (key == "general" || key == "sfw") return;
    if (table().personality.contains(key))
        add(groups.personality, tag);
    else if (const auto genre = table().genre.find(key); genre != table().genre.end())
        add(groups.genre, genre->second);
    else if (!add_by_look(groups, tag))
        add(groups.personality, tag);
}

void add_appearance(word_list& list, look subject) {
    // Who somebody is and where they stand belongs to other groups, or to the picture.
    subject.species = subject.role = subject.gender = subject.age_band = {};
    subject.setting = subject.time_of_day = subject.weather = subject.palette = {};
    for (const auto& words : look_words(subject)) add(list, words);
}

word_list without_empty(const word_list& tags) {
    word_list clean;
    for (const auto& tag : tags) add(clean, collapse_spaces(tag));
    return clean;
}

}  // namespace

personality_traits traits_of(std::string_view description, const word_list& tags) {
    auto words = without_empty(tags);
    if (words.empty()) words = found_in(description, table().personality);
    if (words.empty()) return {};
    words.resize(std::min(words.size(), 1 + sub_traits_max));
    return {words.front(), {words.begin() + 1, words.end()}};
}

selected_tags tags_of(std::string_view description, const word_list& tags, const look& appearance,
                      std::string_view style) {
    selected_tags groups;
    for (const auto& tag : without_empty(tags)) add_given(groups, tag);

    if (groups.personality.empty()) groups.personality = found_in(description, table().personality);
    add(groups.character_type, appearance.gender);
    add(groups.character_type, appearance.role);
    add(groups.origin, appearance.species);
    add_appearance(groups.appearance, appearance);

    for (const auto& genre : found_in(description, table().genre)) add(groups.genre, genre);
    add_from(groups.genre, table().genre_of_style, style);
    add_from(groups.genre, table().genre_of_role, appearance.role);
    add_from(groups.genre, table().genre_of_species, appearance.species);
    groups.content_rating = {"general"};
    return groups;
}

}  // namespace medusa
