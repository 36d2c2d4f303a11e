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

// True for a canonical lower-case hyphenated UUID of any version.
bool is_uuid(const std::string& text);

}  // namespace medusa
