#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <mutex>
#include <set>
#include <span>

#include "core/error.hpp"
#include "core/text.hpp"
#include "store/mongo/documents.hpp"
#include "store/mongo/ports.hpp"
#include "store/mongo/schema.hpp"
#include "store/naming.hpp"

namespace medusa::mongo {
namespace {

namespace json = boost::json;

// More say nothing more about what is meant, and a pattern has a largest size.
constexpr std::size_t words_max = 64;
constexpr std::size_t word_bytes_max = 200;
// That are read and ranked here, where the server cannot do it.
constexpr std::int64_t candidates_max = 2'000;
constexpr double name_weight = 3;
constexpr double tag_weight = 2;
constexpr double description_weight = 1;

// Those that are nothing but letters and digits: none is an operator.
std::vector<std::string> harmless(const std::vector<std::string>& words) {
    std::vector<std::string> found;
    for (const auto& word : words) {
        if (found.size() == words_max) break;
        const auto lower = to_lower(word);
        if (word.size() <= word_bytes_max && words_in(word) == std::vector{lower})
            found.push_back(lower);
    }
    return found;
}

// What a candidate says, and where.
struct saying_character {
    std::int64_t id = 0;
    std::set<std::string> name{};
    std::set<std::string> tags{};
    std::set<std::string> description{};
};

std::set<std::string> word_set(const std::string& text) {
    const auto words = words_in(text);
    return {words.begin(), words.end()};
}

double weight_of(const std::string& word, const saying_character& one) {
    return (one.name.contains(word) ? name_weight : 0) +
           (one.tags.contains(word) ? tag_weight : 0) +
           (one.description.contains(word) ? description_weight : 0);
}

// The best first. A word counts for more the fewer of the candidates say it (the logarithm of the
// inverse document frequency).
std::vector<std::int64_t> ranked(std::span<const saying_character> candidates,
                                 const std::vector<std::string>& words, std::size_t limit) {
    std::vector<double> scores(candidates.size());
    for (const auto& word : words) {
        std::vector<double> weights;
        for (const auto& one : candidates) weights.push_back(weight_of(word, one));
        const auto sayers =
            std::count_if(weights.begin(), weights.end(), [](double weight) { return weight > 0; });
        if (sayers == 0) continue;
        const auto rarity = std::log(1 + double(candidates.size()) / double(sayers));
        for (std::size_t i = 0; i < scores.size(); ++i) scores[i] += weights[i] * rarity;
    }
    std::vector<std::pair<double, std::int64_t>> found;
    for (std::size_t i = 0; i < scores.size(); ++i)
        if (scores[i] > 0) found.emplace_back(-scores[i], candidates[i].id);
    std::sort(found.begin(), found.end());
    if (found.size() > limit) found.resize(limit);
    std::vector<std::int64_t> ids;
    for (const auto& [score, id] : found) ids.push_back(id);
    return ids;
}

class mongo_words final : public word_search {
public:
    explicit mongo_words(shared_database on) : database_(std::move(on)) {}

    std::vector<std::int64_t> saying(const word_query& wanted) override {
        const auto words = harmless(wanted.words);
        if (words.empty() || wanted.limit == 0) return {};
        std::call_once(asked_, [this] { server_ranks_ = has_word_index(*database_); });
        return server_ranks_ && !wanted.in_names ? found_by_server(wanted, words)
                                                 : found_by_us(wanted, words);
    }

private:
    static object of_owner(const word_query& wanted) {
        object filter{{"owner.userId", wanted.user_id}};
        if (wanted.style) filter["style"] = *wanted.style;
        json::array conditions;
        for (const auto& tag : wanted.tags) conditions.push_back(by_tag(tag));
        if (!conditions.empty()) filter["$and"] = std::move(conditions);
        return filter;
    }

    // The server knows stems, and its score counts words by their fields' weights; how rare a word
    // is, it does not ask. (https://www.mongodb.com/docs/manual/reference/operator/query/text/)
    std::vector<std::int64_t> found_by_server(const word_query& wanted,
                                              const std::vector<std::string>& words) {
        auto filter = of_owner(wanted);
        filter["$text"] = object{{"$search", fmt::format("{}", fmt::join(words, " "))}};
        const object score{{"$meta", "textScore"}};
        const auto most = std::int64_t(std::min<std::size_t>(wanted.limit, INT32_MAX));
        std::vector<std::int64_t> found;
        for (const auto& one : database_->find(characters_in, filter,
                                               {{"projection", object{{"id", 1}, {"score", score}}},
                                                {"sort", object{{"score", score}, {"id", 1}}},
                                                {"limit", most}}))
            if (const auto id = id_in(one.to_json())) found.push_back(*id);
        return found;
    }

    // The newest of those that may say a word are read, and judged here by whole words.
    std::vector<std::int64_t> found_by_us(const word_query& wanted,
                                          const std::vector<std::string>& words) {
        auto filter = of_owner(wanted);
        for (auto& [operation, alternatives] : by_words(words, wanted.in_names))
            filter[operation] = alternatives;
        std::vector<saying_character> candidates;
        for (const auto& stored : database_->find(characters_in, filter,
                                                  {{"projection", {{"embeddings", 0}}},
                                                   {"sort", {{"id", -1}}},
                                                   {"limit", candidates_max}}))
            add(candidates, stored, wanted.in_names);
        return ranked(candidates, words, wanted.limit);
    }

    static void add(std::vector<saying_character>& candidates, const document& stored,
                    bool in_names) {
        try {
            const auto record = character_from(stored);
            candidates.push_back({record.id, word_set(record.name)});
            if (in_names) return;
            auto& one = candidates.back();
            one.description = word_set(record.description);
            for (const auto& tag : telling_tags(record)) one.tags.merge(word_set(tag));
        } catch (const error& reason) {
            // A damaged record is told of by whoever asks for it; the others are found all the
            // same.
            if (reason.code() != errc::corrupted) throw;
        }
    }

    shared_database database_;
    std::once_flag asked_;
    bool server_ranks_ = false;  // written once, under asked_
};

}  // namespace

std::unique_ptr<word_search> make_words(shared_database on) {
    return std::make_unique<mongo_words>(std::move(on));
}

}  // namespace medusa::mongo
