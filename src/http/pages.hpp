// What lists and waiting answers have in common. Pure; any thread.
#pragma once

#include <boost/json.hpp>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "http/service.hpp"

namespace medusa::http {

inline constexpr std::size_t page_default = 20;
inline constexpr std::size_t page_most = 100;

// The parameters limit and cursor. Throws error(invalid_argument).
struct page {
    std::size_t limit = page_default;
    std::int64_t before = INT64_MAX;  // the last one of the page before
};
page page_of(const request& asked);

// {"items": rows, "next": the cursor of the next page, null when there is none}.
response listed(boost::json::array rows, std::optional<std::int64_t> last_of_full_page);

// The number of a character; throws error(not_found) for what is none.
std::int64_t character_id(const std::string& text);

// How long the client waits for a job: `Prefer: wait=N`, at most 90 s, or respond-async, 0; 60 s
// without either (interface.md 6).
std::chrono::milliseconds patience_of(const request& asked);

response json_response(const boost::json::value& document, int status = 200);

// Waits for the job and answers with what it made, by `made`; 202 with its address when it takes
// longer, and its problem when it failed.
wait_for job_answer(const request& asked, const submission& accepted,
                    std::function<response(const job& done)> made);

}  // namespace medusa::http
