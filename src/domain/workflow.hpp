// A graph of the user's own, exported from ComfyUI in API format. Plain values; any thread.
#pragma once

#include <string>

namespace medusa {

struct user_workflow {
    std::string name;  // of the file, for messages
    std::string json;  // checked by the engine before anything is queued
    friend bool operator==(const user_workflow&, const user_workflow&) = default;
};

// The same with what its nodes say: the policy sees that.
struct checked_workflow {
    user_workflow graph;
    std::string positive_text;  // every text input but those
    std::string negative_text;  // that only lead to a sampler's negative side
    friend bool operator==(const checked_workflow&, const checked_workflow&) = default;
};

}  // namespace medusa
