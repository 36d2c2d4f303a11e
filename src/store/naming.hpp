// What every store names alike: slugs and folders that are still free, what a tag query finds a
// character by, the words for the states of attempts. Pure; any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "domain/character.hpp"
#include "store/attempt_log.hpp"

namespace medusa {

// `base`, or `base`-2, `base`-3 ...: the first that `taken` does not know, at most 60 characters
// long (interface.md 5).
std::string first_free(const std::string& base,
                       const std::function<bool(const std::string&)>& taken);

// What every ending of `base` begins with, for a look-up of what may be taken.
std::string common_start(const std::string& base);

// `wanted`, or "character-{id}" where that is empty or would be read as a version in a URL.
std::string slug_wanted(const std::string& wanted, std::int64_t id);

// The folder that a user would like to have: the slug of the username.
std::string folder_wanted(const owner_info& owner);

// Under which job and slug a character holds its id: its own, or for a record from elsewhere, which
// may lack them, names after the id.
std::string claim_job(const std::string& job_id, std::int64_t id);
std::string claim_slug(const std::string& slug, std::int64_t id);

// The tags and traits of a character, in lower case.
std::set<std::string> searchable_tags(const character& record);

// Those that say what the character is like: without the content rating, which says whom the
// picture is for.
std::set<std::string> telling_tags(const character& record);

// "sent", "done" ...
std::string_view to_string(attempt_state state);
// Empty for an unknown word.
std::optional<attempt_state> attempt_state_from(std::string_view word);

}  // namespace medusa
