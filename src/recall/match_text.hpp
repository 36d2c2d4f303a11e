// How the doors write searches and their hits: ids with weights, what is to be done about doubles,
// and what a match says as JSON.
// Pure; any thread.
#pragma once

#include <boost/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "recall/desk.hpp"

namespace medusa {

// "123456", or with a weight above 0 and at most 100, 1 without it: "123456:2.5". Throws
// error(invalid_argument).
std::vector<liked_character> liked_in(std::span<const std::string> texts);

// What is wanted when the owner has a character that is much like the new one.
enum class if_similar { warn, refuse, ignore };
std::optional<if_similar> if_similar_from(std::string_view word);

// score, similarity, words and shared, the numbers to three places.
boost::json::object match_json(const recalled_character& hit);

}  // namespace medusa
