// What commands print of characters and pictures, for people and as JSON. Any thread.
#pragma once

#include <boost/json.hpp>
#include <string>

#include "core/error.hpp"
#include "pipeline/create_character.hpp"
#include "pipeline/create_image.hpp"

namespace medusa {

// A stored record with the place of its picture, as if it had just been made.
created_character as_made(const pipeline_parts& with, const character& record);

// The record, with avatarPath where the picture lies in a local folder.
boost::json::object to_result(const created_character& made);
boost::json::object to_result(const error& failure);
// `at`: where it lies.
boost::json::object to_result(const image& picture, const stored_asset& at);

// A few lines for a person: who it is, where the picture lies, what to do next.
// `owner_words` are the options of the next command that name the owner, with a blank before each.
std::string told(const created_character& made, const std::string& owner_words);

}  // namespace medusa
