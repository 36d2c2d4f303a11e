#include "http/if_similar.hpp"

#include <fmt/format.h>

#include <chrono>

#include "core/ids.hpp"
#include "core/text.hpp"
#include "pipeline/draft_to_character.hpp"
#include "recall/desk.hpp"
#include "recall/keeper.hpp"

namespace medusa::http {
namespace {

constexpr std::chrono::milliseconds index_patience{100};

error refusal(const recalled_character& alike) {
    return {errc::conflict,
            fmt::format("character {}, {}, is much like the new one: {:.0f} % alike",
                        alike.record.id, printable(alike.record.name), 100 * alike.similarity),
            fmt::format("Make another picture of {}, or send \"ifSimilar\": \"warn\"",
                        alike.record.id)};
}

}  // namespace

if_similar if_similar_in(json_body& body) {
    std::string word = "ignore";
    body.read("ifSimilar", word);
    const auto wish = if_similar_from(word);
    if (!wish) body.refuse("ifSimilar", "must be warn, refuse or ignore");
    return wish.value_or(if_similar::ignore);
}

std::vector<std::int64_t> similar_to_new(const service& with, const call& of,
                                         const character_request& wanted, if_similar wish) {
    if (wish == if_similar::ignore) return {};
    await_index(with);
    auto made = draft_to_character(wanted.draft);
    made.owner = of.who.owner;
    auto alike = with.recall.too_similar(made);
    if (alike.empty()) return {};
    // After the search: whatever this request has made and the search has found, the key is known.
    const auto earlier = with.queue.find_keyed(of.who.owner.user_id,
                                               std::string(of.asked.header("idempotency-key")));
    if (!earlier && wish == if_similar::refuse) throw refusal(alike.front());
    std::vector<std::int64_t> ids;
    for (const auto& one : alike)
        if (!earlier || one.record.job_id != derived_uuid(earlier->id, 0))
            ids.push_back(one.record.id);
    return ids;
}

void await_index(const service& with) {
    if (with.keeper) with.keeper->wait_until_current(index_patience);
}

}  // namespace medusa::http
