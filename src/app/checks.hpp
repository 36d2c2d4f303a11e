// What `doctor` asks of parts that are the same whatever is configured, and the content policy.
// Main thread; each check returns a line to show, and throws what is wrong.
#pragma once

#include <memory>
#include <string>

#include "config/config.hpp"
#include "domain/policy.hpp"
#include "embed/embedder.hpp"

namespace medusa {

// The embedded model, loaded now.
std::unique_ptr<embedder> load_embedder();

// The compiled-in lists and what the operator adds to them. Throws error(storage) and
// invalid_argument for files that cannot be used.
content_policy policy_for(const config& settings);

std::string check_policy(const config& settings);
std::string check_embedder();
std::string check_prompts(const config& settings);

}  // namespace medusa
