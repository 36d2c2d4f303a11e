#include "domain/policy_lists.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/error.hpp"
#include "core/text.hpp"

namespace medusa {
namespace {

// "tortur{e,ed}" as "torture" and "tortured". Braces do not nest.
std::vector<std::string> expand(std::string_view pattern) {
    const auto open = pattern.find('{');
    if (open == std::string_view::npos) {
        if (pattern.find('}') != std::string_view::npos)
            throw error(errc::invalid_argument, "a } without its {");
        return {std::string(pattern)};
    }
    const auto close = pattern.find('}', open);
    if (close == std::string_view::npos || pattern.substr(0, open).find('}') != pattern.npos)
        throw error(errc::invalid_argument, "a brace without its partner");

    std::vector<std::string> results;
    const auto tails = expand(pattern.substr(close + 1));
    for (const auto& choice : split(pattern.substr(open + 1, close - open - 1), ','))
        for (const auto& tail : tails)
            results.push_back(std::string(pattern.substr(0, open)) + choice + tail);
    return results;
}

bool matches(std::span<const policy_token> tokens, std::span<const std::string> words) {
    return tokens.size() >= words.size() &&
           std::equal(words.begin(), words.end(), tokens.begin(),
                      [](const auto& word, const auto& token) { return token.spells(word); });
}

bool is_inside(const policy_hit& hit, const policy_hit& cover) {
    return hit.list == cover.list && hit.first >= cover.first &&
           hit.first + hit.count <= cover.first + cover.count;
}

}  // namespace

std::size_t policy_phrases::add(policy_list list, std::string_view lines, source from,
                                std::string_view where) {
    std::size_t added = 0;
    std::size_t number = 0;
    for (const auto& raw : split(lines, '\n')) {
        ++number;
        std::string line = collapse_spaces(raw.substr(0, raw.find('#')));
        if (line.empty()) continue;
        const bool harmless = line.front() == '~';
        try {
            if (harmless && from == source::operators)
                throw error(errc::invalid_argument, "a harmless phrase, but lists can only add");
            if (harmless) line.erase(0, 1);
            for (const auto& text : expand(line)) add_phrase(list, harmless, text);
            ++added;
        } catch (const error& problem) {
            throw error(errc::invalid_argument,
                        fmt::format("{}, line {}: {}", where, number, problem.detail()),
                        "One word or phrase a line; {a,b} stands for either");
        }
    }
    return added;
}

void policy_phrases::add_phrase(policy_list list, bool harmless, std::string_view text) {
    auto words = policy_words(text);
    if (words.empty()) throw error(errc::invalid_argument, "no word in it");
    auto& bucket = by_first_word_[words.front()];
    bucket.push_back({list, harmless, std::move(words)});
}

std::vector<policy_hit> policy_phrases::find(std::span<const policy_token> tokens) const {
    std::vector<policy_hit> hits;
    std::vector<policy_hit> covers;
    for (std::size_t at = 0; at < tokens.size(); ++at) {
        for (const auto& form : tokens[at].forms) {
            const auto bucket = by_first_word_.find(form);
            if (bucket == by_first_word_.end()) continue;
            for (const auto& entry : bucket->second)
                if (matches(tokens.subspan(at), entry.words))
                    (entry.harmless ? covers : hits)
                        .push_back({entry.list, at, entry.words.size()});
        }
    }
    std::erase_if(hits, [&](const policy_hit& hit) {
        return std::any_of(covers.begin(), covers.end(),
                           [&](const policy_hit& cover) { return is_inside(hit, cover); });
    });
    return hits;
}

}  // namespace medusa
