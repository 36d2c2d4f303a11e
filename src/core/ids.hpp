// Random identifiers, injected: tests own them.
#pragma once

#include <string>

namespace medusa {

class id_source {
public:
    virtual ~id_source() = default;
    // A lower-case hyphenated UUID, version 4 (RFC 9562). Safe from any thread.
    virtual std::string uuid() = 0;
};

// From the operating system's randomness; lives as long as the program.
id_source& random_ids();

// The UUID of part `index` of the job `job_id`: random like the job's own, and the same each time,
// so that a job that is run again names its pictures as before.
std::string derived_uuid(const std::string& job_id, int index);

// True for a canonical lower-case hyphenated UUID of any version.
bool is_uuid(const std::string& text);

}  // namespace medusa
