// What is done about a new character that its owner's others are much like, as the request wants
// it; and how routes wait for the index that tells. Any thread.
#pragma once

#include <cstdint>
#include <vector>

#include "domain/job.hpp"
#include "http/json_body.hpp"
#include "http/service.hpp"
#include "recall/match_text.hpp"

namespace medusa::http {

// The field ifSimilar; `ignore` without it.
if_similar if_similar_in(json_body& body);

// The owner's characters that the new one would be taken for, the likest first; none where the wish
// is to ignore them. Throws error(conflict) where it is to refuse, unless the request's
// Idempotency-Key is known: then the wish was granted before, and what it made is none of them.
std::vector<std::int64_t> similar_to_new(const service& with, const call& of,
                                         const character_request& wanted, if_similar wish);

// Lists the ids, on the answer of who wanted to be warned.
inline constexpr auto similar_header = "Similar-Characters";

// Waits, not for long, until the search finds all that the store had when this was called.
void await_index(const service& with);

}  // namespace medusa::http
