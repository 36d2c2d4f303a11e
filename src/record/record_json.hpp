// Records as JSON, with exactly the names of interface.md 4: in SQLite's JSON column, as MongoDB
// documents, over HTTP and on the command line. Pure; any thread.
//
// Writing and reading back gives an equal value. Numbers stay integers; cfg is written as an
// integer where it is one. Errors of reading: error(corrupted) with the field's name, for a value
// of another type or out of range. A missing field keeps the default of its struct, so that records
// of an older version are readable; an unknown field is passed over.
#pragma once

#include <boost/json.hpp>
#include <string_view>

#include "domain/character.hpp"

namespace medusa {

boost::json::object to_json(const character& record);
boost::json::object to_json(const image& record);
// Only the fields that say something.
boost::json::object to_json(const look& appearance);
// The object `imageGeneration` of a record, without characterSeed.
boost::json::object to_json(const generation_facts& facts);

character character_from_json(const boost::json::value& json);
image image_from_json(const boost::json::value& json);
look look_from_json(const boost::json::value& json);
generation_facts facts_from_json(const boost::json::value& json);

// The same from text; error(corrupted) for text that is not JSON.
character parse_character(std::string_view text);
image parse_image(std::string_view text);

}  // namespace medusa
