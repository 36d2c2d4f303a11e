// The OpenAPI 3.1 document: written by hand in resources/http/openapi/, put together once, and held
// against the table of routes by openapi_test.cpp, so that neither moves without the other. Pure;
// any thread.
#pragma once

#include <boost/json.hpp>
#include <string>
#include <vector>

#include "http/routes.hpp"

namespace medusa::http {

// paths/ and components/ in one document; each operation has the answers of every_call.json, and
// of guarded_call.json unless its `x-scope` is open. Throws error(internal) for resources that do
// not fit together.
boost::json::object composed_openapi();

// The same as text.
const fixed_text& openapi_text();

// Every status that a route can answer with, sorted: its own, and those that its method, its
// pattern and its guard bring along.
std::vector<int> statuses_of(const route& way);

}  // namespace medusa::http
