// The main story: one description becomes one stored character.
//
// Called from any thread, many at once. Keyed by the job id: the same job again, after a crash or
// on purpose, ends with the same character and no second picture; of two at once the first to be
// recorded counts, and the other returns that one. Throws medusa::error: refused by policy,
// invalid_argument, and whatever the parts throw; then nothing of the job is visible, and its id,
// slug and files wait for another try, or for give_up().
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "domain/character.hpp"
#include "domain/validate.hpp"
#include "pipeline/parts.hpp"

namespace medusa {

struct create_character_job {
    std::string id;  // UUID
    owner_info owner;
    character_draft draft;
};

struct created_character {
    character record;
    image avatar;
    std::filesystem::path avatar_path;  // empty when the asset store is not a local folder
    std::vector<std::string> notes;     // for the user, in plain words
};

created_character create_character(const pipeline_parts& with, const create_character_job& job,
                                   const story_context& context);

}  // namespace medusa
