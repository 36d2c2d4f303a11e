// The prompt of one picture, past the policy twice: each text by its own name, so that a refusal
// says which one, and then the composed whole. Any thread.
#pragma once

#include <string>

#include "domain/prompt.hpp"
#include "pipeline/parts.hpp"

namespace medusa {

// What this picture of a character shows.
struct picture_wish {
    image_type type = image_type::avatar;
    std::string mood;
    std::string setting;
    std::string prompt;
};

// Throws error(refused) by the policy and error(invalid_argument) for too many words.
composed_prompt checked_prompt(const pipeline_parts& with, const character& subject,
                               const picture_wish& wish);

}  // namespace medusa
