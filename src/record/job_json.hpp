// Jobs and submissions as JSON, in stores and for programs. Pure; any thread.
//
// Writing and reading back gives an equal value. Errors of reading: error(corrupted) with the
// field's name. A missing field keeps the default of its struct; an unknown one is passed over.
#pragma once

#include <boost/json.hpp>
#include <span>
#include <string>
#include <string_view>

#include "domain/job.hpp"

namespace medusa {

boost::json::object to_json(const job& one);
boost::json::object to_json(const submission& one);
boost::json::object to_json(const job_request& request);
boost::json::object to_json(const job_surroundings& surroundings);

job job_from_json(const boost::json::value& json);
submission submission_from_json(const boost::json::value& json);

// SHA-256, hexadecimal, of everything that makes two requests the same.
std::string fingerprint_of(const owner_info& owner, const job_surroundings& surroundings,
                           std::span<const job_request> requests);

// The same from text; error(corrupted) for text that is not JSON.
job parse_job(std::string_view text);
submission parse_submission(std::string_view text);

}  // namespace medusa
