// The image engine port: one picture of one look.
//
// An engine is made by its factory in app/parts.cpp, owned there, and used by the pipeline from
// several threads at once. Engines know nothing of stores, jobs and users.
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "domain/character.hpp"

namespace medusa {

struct picture_request {
    std::string attempt_id;  // UUID; what a remote server knows this request by
    look appearance;
    std::string style;
    image_type type = image_type::avatar;
    std::string mood;     // as given; empty: the look's own
    std::string setting;  // as given; empty: the look's own
    std::string wish;     // the user's own words for this picture; may be empty
    std::string prompt;   // composed of all that is known
    std::string negative_prompt;
    std::uint64_t seed = 0;            // of this picture
    std::uint32_t character_seed = 0;  // of the person: decides what the look leaves open
    generation_settings settings;
};

struct picture {
    std::string png;                 // a whole PNG file without marks of ours
    int width = 0;                   // pixels
    int height = 0;                  // pixels
    std::string model;               // that really drew it, empty where the engine has none
    std::string identity_method;     // "look", "reference" ...
    std::string source_type;         // IPTC DigitalSourceType, the last part of its URI
    std::string attribution;         // owed to artists, empty when none is
    std::vector<std::string> notes;  // for the user, in plain words
};

// Called now and then with the step reached and the number of steps; from the rendering thread.
using step_progress = std::function<void(int step, int steps)>;

class image_engine {
public:
    virtual ~image_engine() = default;

    // "sketch", "comfyui" or "a1111".
    virtual std::string_view name() const = 0;
    virtual std::string version() const = 0;

    // Draws one picture of exactly settings.width x settings.height pixels.
    // Throws error(invalid_argument) for settings it cannot do, unavailable, timed_out, and
    // cancelled once `stop` is requested.
    virtual picture render(const picture_request& request, const step_progress& progress,
                           std::stop_token stop) = 0;

    // One cheap real call for `doctor`; returns a line to show, throws what render would throw.
    virtual std::string check() = 0;
};

}  // namespace medusa
