// JSON that a server or a user wrote: read within bounds, and looked into without trust.
//
// Pure functions: any thread. What is not there, or of another type, is null or empty; nothing
// throws but for memory.
#pragma once

#include <boost/json.hpp>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace medusa {

// Replies hold the graphs of other people, so they may be deeper than our own.
inline constexpr std::size_t reply_depth_max = 64;

// Empty for anything but one whole JSON value of at most `depth` levels.
std::optional<boost::json::value> read_json(std::string_view text,
                                            std::size_t depth = reply_depth_max);

// The member of an object, null if `from` is null, no object or has no such member.
const boost::json::value* member(const boost::json::value* from, std::string_view key);
// The same of what read_json() gave.
const boost::json::value* member(const std::optional<boost::json::value>& from,
                                 std::string_view key);
const boost::json::value* member(std::optional<boost::json::value>&& from,
                                 std::string_view key) = delete;
// The element of an array, null if there is none.
const boost::json::value* element(const boost::json::value* from, std::size_t index);

// Empty unless it is a string.
std::string text_of(const boost::json::value* from);
// Empty unless it is a number.
std::optional<double> number_of(const boost::json::value* from);
// Only the strings of an array.
std::vector<std::string> texts_of(const boost::json::value* from);

// One line of a server's words that a terminal can show: no controls, at most `chars_max` bytes.
std::string harmless(std::string_view text, std::size_t chars_max = 200);

}  // namespace medusa
