// A new character as request bodies describe it, alone or in a batch. One thread.
#pragma once

#include <cstddef>

#include "domain/validate.hpp"
#include "http/json_body.hpp"

namespace medusa::http {

inline constexpr std::size_t batch_most = 100;  // characters in one call

character_draft draft_in(json_body& body);

// Refuses more than fit, also where some are equal.
void expect_few_tags(json_body& body, const std::vector<std::string>& tags);

}  // namespace medusa::http
