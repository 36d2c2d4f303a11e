#include "recall/reasons.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.hpp"
#include "domain/traits.hpp"
#include "recall/query_words.hpp"
#include "store/naming.hpp"

namespace medusa {
namespace {

void add_look(std::set<std::string>& features, const look& of) {
    const auto add = [&](const std::string& word, const char* what = "") {
        if (!word.empty()) features.insert(to_lower(word) + what);
    };
    add(of.hair_color, " hair");
    add(of.hair_length, of.hair_length == "bald" ? "" : " hair");
    add(of.hair_style);
    add(of.eye_color, " eyes");
    add(of.skin, " skin");
    add(of.build, " build");
    for (const auto* word : {&of.species, &of.facial_hair, &of.role}) add(*word);
    for (const auto* list : {&of.outfit, &of.accessories, &of.marks})
        for (const auto& word : *list) add(word);
}

}  // namespace

std::set<std::string> features_of(const character& record) {
    auto features = telling_tags(record);
    add_look(features, record.appearance);
    return features;
}

std::set<std::string> features_of(const std::string& description) {
    character described;
    described.description = description;
    described.appearance = parse_look(description, {});
    described.traits = traits_of(description, {});
    described.tags = tags_of(description, {}, described.appearance, {});
    return features_of(described);
}

std::vector<std::string> shared_features(const std::set<std::string>& features,
                                         const character& record) {
    const auto own = features_of(record);
    std::vector<std::string> shared;
    std::set_intersection(features.begin(), features.end(), own.begin(), own.end(),
                          std::back_inserter(shared));
    return shared;
}

std::vector<std::string> words_said(const std::vector<std::string>& words,
                                    const character& record) {
    const auto text = fmt::format("{} {} {}", record.name, record.description,
                                  fmt::join(telling_tags(record), " "));
    const auto said = words_in(text);
    const auto says = [&](const std::string& word) {
        return std::any_of(said.begin(), said.end(),
                           [&](const std::string& one) { return same_stem(word, one); });
    };
    std::vector<bool> is_said(words.size());
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (says(words[i])) is_said[i] = true;
        if (i > 0 && says(words[i - 1] + words[i])) is_said[i - 1] = is_said[i] = true;
    }
    std::vector<std::string> found;
    for (std::size_t i = 0; i < words.size(); ++i)
        if (is_said[i]) found.push_back(words[i]);
    return found;
}

}  // namespace medusa
