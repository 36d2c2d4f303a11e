// What users are told when a server refuses or fails a prompt, and what that allows next.
//
// Pure functions: any thread. The texts name the server by its label only, and quote at most a line
// of what it said.
#pragma once

#include <string>

#include "core/error.hpp"
#include "engine/comfyui/messages.hpp"

namespace medusa::comfyui {

inline constexpr std::string_view connection_words = "RunPod connection failed";
inline constexpr std::string_view download_words = "Image download failed";

// Permanent, for everything that the user has to change; transient where another server or
// another moment may do. `label` is the server's.
error error_of(const trouble& found, const std::string& label);

// The same without a server's words: "{words}: {label} {what}".
error failure(failure_class kind, errc code, std::string_view words, const std::string& label,
              std::string_view what, std::string advice = {});

// "sampler", "LoRA" ...: what users call an input of a node; the input's own name for others.
std::string_view called(std::string_view input);

// "Did you mean 'x'?" or "It takes a, b, c ...", empty if nothing is known.
std::string suggestion(const std::string& value, const std::vector<std::string>& takes);

}  // namespace medusa::comfyui
