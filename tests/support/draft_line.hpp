// A character as the sets of tests and benchmarks have it, one a line: JSON with name, description,
// style and tags.
#pragma once

#include <boost/json.hpp>

#include "domain/validate.hpp"

namespace medusa::testing_support {

inline character_draft draft_of(const boost::json::value& line) {
    character_draft draft;
    draft.name = line.at("name").as_string();
    draft.description = line.at("description").as_string();
    draft.style = line.at("style").as_string();
    for (const auto& tag : line.at("tags").as_array()) draft.tags.emplace_back(tag.as_string());
    return draft;
}

}  // namespace medusa::testing_support
