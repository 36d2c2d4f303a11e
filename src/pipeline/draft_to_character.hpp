// What a user's words say about a character: everything of the record that needs no part.
// Pure; any thread.
#pragma once

#include <string>

#include "domain/character.hpp"
#include "domain/validate.hpp"

namespace medusa {

// Traits, tags, look, seeds and settings of a valid draft; id, slug, owner, prompt and addresses
// stay empty. Throws error(invalid_argument) as validate() does.
character draft_to_character(const character_draft& draft);

// The text whose embedding stands for the character: description, traits and tags. No name, which
// says nothing of what somebody is like.
std::string embedding_text(const character& subject);

}  // namespace medusa
