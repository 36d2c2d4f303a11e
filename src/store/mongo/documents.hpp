// Records as documents: those of ours are exactly the JSON of interface.md 4, and those that other
// programs left in the collection are read as far as they say the same.
//
// Pure; any thread. Errors: error(corrupted) for a document that is no record, naming it;
// invalid_argument for text that is not UTF-8.
#pragma once

#include <boost/json.hpp>
#include <cstdint>
#include <optional>

#include "domain/character.hpp"
#include "store/mongo/bson.hpp"

namespace medusa::mongo {

// What a document of `characters` has beside the record: its tags and traits in lower case, the
// number of its last change, and from its creation until the image has a document of its own, the
// avatar's.
inline constexpr auto search_tags_field = "searchTags";
inline constexpr auto change_field = "changeSequence";
inline constexpr auto avatar_field = "avatarImage";

boost::json::object fields_of(const character& record);
// With the order among images of one time, `sequence`.
boost::json::object fields_of(const image& record);

character character_from(const document& stored);
image image_from(const document& stored);

// The id of a character's document, also where it is kept as text; empty when there is none.
std::optional<std::int64_t> id_in(const boost::json::object& stored);

// What finds the document of a character in either form.
boost::json::object by_id(std::int64_t id);
// What finds documents with the tag, given in any case, also those that other programs wrote.
boost::json::object by_tag(const std::string& tag);

// What finds documents whose name, or also description or tags, have any of the words in them, in
// any case and also inside of longer words. `words` must not be empty.
boost::json::object by_words(const std::vector<std::string>& words, bool in_names);

// A number that grows with each call in this process, and with time among processes: microseconds
// since 1970.
std::int64_t next_sequence();

}  // namespace medusa::mongo
