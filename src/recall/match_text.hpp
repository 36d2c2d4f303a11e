// How the doors write searches and their hits: ids with weights, and what a match says as JSON.
// Pure; any thread.
#pragma once

#include <boost/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "recall/desk.hpp"

namespace medusa {

// "123456", or with a weight above 0 and at most 100, 1 without it: "123456:2.5". Throws
// error(invalid_argument).
std::vector<liked_character> liked_in(std::span<const std::string> texts);

// score, similarity, words and shared, the numbers to three places.
boost::json::object match_json(const recalled_character& hit);

}  // namespace medusa
