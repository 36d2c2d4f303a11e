// What can be said of a request before it becomes a job: whether it is whole, and whether the
// policy allows it. The stories say the same again. Any thread.
#pragma once

#include "domain/job.hpp"
#include "pipeline/parts.hpp"

namespace medusa {

// Throws error(refused) by the policy, invalid_argument for values out of range, and not_found for
// pictures of a character that does not exist or belongs to someone else.
void check_request(const pipeline_parts& with, const owner_info& owner,
                   const character_request& wanted);
void check_request(const pipeline_parts& with, const owner_info& owner,
                   const image_request& wanted);

// Throws error(not_found) for a character that does not exist or belongs to someone else.
character owned_character(character_store& characters, const std::string& user_id, std::int64_t id);

}  // namespace medusa
