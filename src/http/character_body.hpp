// Characters in bodies: as requests describe a new one, alone or in a batch, and as answers tell
// one. Any thread, each body by one.
#pragma once

#include <cstddef>

#include "domain/validate.hpp"
#include "http/json_body.hpp"
#include "pipeline/parts.hpp"

namespace medusa::http {

inline constexpr std::size_t batch_most = 100;  // characters in one call

character_draft draft_in(json_body& body);

// The record, with the address of its avatar's thumbnail.
boost::json::object told(const pipeline_parts& parts, const character& record);

// Refuses more than fit, also where some are equal.
void expect_few_tags(json_body& body, const std::vector<std::string>& tags);

}  // namespace medusa::http
