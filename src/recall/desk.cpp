#include "recall/desk.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/error.hpp"
#include "core/text.hpp"
#include "domain/validate.hpp"
#include "pipeline/check_request.hpp"
#include "pipeline/draft_to_character.hpp"
#include "recall/query_words.hpp"
#include "recall/rank.hpp"
#include "recall/reasons.hpp"

namespace medusa {
namespace {

constexpr std::size_t ranking_depth = 100;  // of each that is fused
constexpr std::size_t looked_at_min = 50;   // of what is fused, and ranked by what it says
constexpr std::size_t looked_at = 3;        // for each that is wanted, if that is more
constexpr double variety = 0.4;             // among so many of the nearest
constexpr std::size_t varied_from = 200;
constexpr double repulsion = 0.5;  // of what is not liked, against a weight of 1 of what is
// From here on two descriptions are taken for those of one person. Of the 2,000 judged characters
// (tests/data/judged) no two come nearer than 0.83; with a tenth of its words left out, 95 of 100
// descriptions stay nearer to themselves than this.
constexpr double too_similar_from = 0.88;
constexpr std::size_t too_similar_most = 3;

double dot(std::span<const float> a, std::span<const float> b) {
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

entry_labels labels_for(const recall_filter& filter) {
    entry_labels labels{filter.user_id, to_lower(filter.style.value_or("")), {}};
    for (const auto& tag : filter.tags) labels.tags.push_back(to_lower(collapse_spaces(tag)));
    return labels;
}

// The similarity of an entry, 0 where the index does not have it (yet).
double similarity_to(const vector_index& index, std::int64_t id, const embedding& wanted) {
    const auto entry = index.find(id);
    return entry ? dot(entry->vector, wanted) : 0;
}

// What it weighs that the ranking has it where it has it.
double weight_in(const std::vector<std::int64_t>& ranking, std::int64_t id) {
    const auto at = std::find(ranking.begin(), ranking.end(), id);
    return at == ranking.end() ? 0 : place_weight(std::size_t(at - ranking.begin()) + 1);
}

// Of two descriptions: 0 for such as different people have, 1 for the same text. Only what comes
// near to being twins is to give way to others.
double twin_likeness(double cosine) {
    return std::max(0.0, 2 * cosine - 1);
}

void add_to(embedding& sum, const embedding& more, double weight) {
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += float(weight) * more[i];
}

embedding of_unit_length(embedding vector) {
    const auto length = std::sqrt(dot(vector, vector));
    if (!(length > 1e-3))
        throw error(errc::invalid_argument, "what is liked and what is not cancel each other out",
                    "Name other characters, or other weights");
    for (float& number : vector) number = float(number / length);
    return vector;
}

}  // namespace

std::vector<recalled_character> recall_desk::search(const std::string& text,
                                                    const recall_filter& filter,
                                                    std::size_t limit) {
    const auto wanted = clean_text(text, "text to search for", recall_text_chars);
    if (!has_visible(wanted))
        throw error(errc::invalid_argument, "there is nothing to search for",
                    "Say what the character is like: medusa search \"a shy android\"");
    const auto words = words_of(wanted);
    const auto labels = labels_for(filter);
    const auto meaning = with_.vectors.embed({&wanted, 1}).front();
    const auto index = with_.follower.index();
    const auto depth = std::max(ranking_depth, 2 * limit);

    std::vector<std::int64_t> rankings[3];
    if (index)
        for (const auto& hit : index->search(meaning, depth, labels)) rankings[0].push_back(hit.id);
    auto all_words = words;
    for (auto& pair : joined(words)) all_words.push_back(std::move(pair));
    word_query asked{std::move(all_words), filter.user_id, {}, labels.tags, false, depth};
    if (!labels.style.empty()) asked.style = labels.style;
    rankings[1] = with_.words.saying(asked);
    asked.in_names = true;
    rankings[2] = with_.words.saying(asked);

    const auto features = features_of(wanted);
    const auto most = std::max(looked_at_min, looked_at * limit);
    const double best = rankings[2].empty() ? 2 : 3;
    std::vector<recalled_character> found;
    for (const auto& [id, score] : fused(rankings)) {
        if (found.size() == most) break;
        auto record = fitting(id, labels);
        if (!record) continue;
        recalled_character one{std::move(*record)};
        one.similarity = index ? similarity_to(*index, id, meaning) : 0;
        one.words = words_said(words, one.record);
        one.shared = shared_features(features, one.record);
        const double said = words.empty() ? 0 : double(one.words.size()) / double(words.size());
        const auto by_words = weight_in(rankings[1], id) + weight_in(rankings[2], id);
        one.score = (weight_in(rankings[0], id) + said * by_words) / best;
        found.push_back(std::move(one));
    }
    std::stable_sort(found.begin(), found.end(),
                     [](const auto& a, const auto& b) { return a.score > b.score; });
    if (found.size() > limit) found.erase(found.begin() + std::ptrdiff_t(limit), found.end());
    return found;
}

std::vector<recalled_character> recall_desk::similar(const std::vector<liked_character>& like,
                                                     const std::vector<liked_character>& unlike,
                                                     const recall_filter& filter,
                                                     std::size_t limit) {
    embedding sum{};
    std::set<std::int64_t> named;
    std::set<std::string> features;
    for (const auto& [id, weight] : like) {
        const auto record = owned_character(with_.characters, filter.user_id, id);
        add_to(sum, vector_of(record), weight);
        named.insert(id);
        features.merge(features_of(record));
    }
    for (const auto& [id, weight] : unlike) {
        const auto record = owned_character(with_.characters, filter.user_id, id);
        add_to(sum, vector_of(record), -repulsion * weight);
        if (std::any_of(like.begin(), like.end(), [&](const auto& one) { return one.id == id; }))
            throw error(errc::invalid_argument,
                        fmt::format("character {} is liked and not liked", id),
                        "Name it on one side only");
        named.insert(id);
    }
    const auto wanted = of_unit_length(sum);
    const auto index = with_.follower.index();
    if (!index) return {};
    const auto depth = varied_from + named.size();
    const auto labels = labels_for(filter);

    std::vector<ranked> candidates;
    std::vector<std::vector<float>> vectors;
    for (const auto& hit : index->search(wanted, depth, labels)) {
        const auto entry = named.contains(hit.id) ? std::nullopt : index->find(hit.id);
        if (!entry) continue;
        candidates.push_back({hit.id, hit.score});
        vectors.push_back(entry->vector);
    }
    auto picked = varied(candidates, limit, variety, [&](std::size_t a, std::size_t b) {
        return twin_likeness(dot(vectors[a], vectors[b]));
    });
    std::stable_sort(picked.begin(), picked.end(),
                     [](const ranked& a, const ranked& b) { return a.score > b.score; });
    std::vector<recalled_character> found;
    for (const auto& [id, score] : picked) add(found, id, score, labels, features);
    return found;
}

std::vector<recalled_character> recall_desk::too_similar(const character& made) {
    const auto index = with_.follower.index();
    if (!index || index->size() == 0) return {};
    const auto labels = labels_for({made.owner.user_id});
    const auto text = embedding_text(made);
    const auto meaning = with_.vectors.embed({&text, 1}).front();
    const auto features = features_of(made);
    std::vector<recalled_character> found;
    for (const auto& [id, score] : index->search(meaning, too_similar_most, labels)) {
        if (score < too_similar_from) break;
        add(found, id, score, labels, features);
    }
    return found;
}

// The index may not have it yet.
embedding recall_desk::vector_of(const character& record) {
    if (const auto index = with_.follower.index()) {
        if (const auto entry = index->find(record.id)) {
            embedding vector;
            std::copy(entry->vector.begin(), entry->vector.end(), vector.begin());
            return vector;
        }
    }
    const auto text = embedding_text(record);
    return with_.vectors.embed({&text, 1}).front();
}

// Unless the record does not fit any more.
void recall_desk::add(std::vector<recalled_character>& found, std::int64_t id, double similarity,
                      const entry_labels& wanted, const std::set<std::string>& features) {
    auto record = fitting(id, wanted);
    if (!record) return;
    recalled_character one{std::move(*record), std::max(similarity, 0.0), similarity};
    one.shared = shared_features(features, one.record);
    found.push_back(std::move(one));
}

// The record as it is now: the index may be behind.
std::optional<character> recall_desk::fitting(std::int64_t id, const entry_labels& wanted) {
    try {
        auto record = with_.characters.find(id);
        if (!record) return std::nullopt;
        const auto labels = labels_of(*record);
        const bool fits =
            labels.owner == wanted.owner &&
            (wanted.style.empty() || labels.style == wanted.style) &&
            std::all_of(wanted.tags.begin(), wanted.tags.end(), [&](const auto& tag) {
                return tag.empty() ||
                       std::find(labels.tags.begin(), labels.tags.end(), tag) != labels.tags.end();
            });
        if (!fits) return std::nullopt;
        return record;
    } catch (const error& reason) {
        if (reason.code() != errc::corrupted) throw;
        return std::nullopt;  // one damaged record ends no search
    }
}

}  // namespace medusa
