// The image engine port: one picture of one look.
//
// An engine is made by its factory in app/parts.cpp, owned there, and used by the pipeline from
// several threads at once. Engines know nothing of users and characters' records.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "domain/character.hpp"
#include "domain/workflow.hpp"

namespace medusa {

// A picture of the person that exists already: remote engines take the face from it.
struct reference_picture {
    std::string image_id;
    std::function<std::string()> read;  // the PNG file; throws what the asset store throws
};

struct picture_request {
    std::string job_id;   // whose picture this is, and which one of it: what a remote engine
    int image_index = 0;  // looks its earlier attempts up by
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
    std::optional<reference_picture> reference{};
    std::optional<user_workflow> workflow{};
    // Requested before a stop that is not the user's: what a server draws for this picture is left
    // to it, since its job goes on later, or somewhere else.
    std::stop_token left{};
};

struct picture {
    std::string png;                 // a whole PNG file without marks of ours
    int width = 0;                   // pixels
    int height = 0;                  // pixels
    std::string engine;              // "sketch", "comfyui" or "a1111"
    std::string engine_version;      // of the server where there is one
    std::string model;               // that really drew it, empty where the engine has none
    std::string identity_method;     // "look", "reference" ...
    std::string reference_image_id;  // the picture that the face was taken from, if one was
    std::string source_type;         // IPTC DigitalSourceType, the last part of its URI
    std::string attribution;         // owed to artists, empty when none is
    std::vector<std::string> notes;  // for the user, in plain words
};

struct render_progress {
    enum class state {
        warming,  // the server starts up; costs no attempt
        waiting,  // in a queue, `position` prompts before it where that is known
        drawing,  // `step` of `steps`
    };
    state reached = state::drawing;
    int step = 0;
    int steps = 0;
    int position = 0;
    std::string_view preview{};  // JPEG or PNG bytes of the unfinished picture, valid in the call
};

// One server of a remote engine, as far as is known.
struct server_health {
    enum class breaker { closed, half_open, open };  // open: set aside after failures in a row
    std::string label;                               // what people see of its address
    std::optional<bool> up;                          // empty: it was never asked
    breaker state = breaker::closed;
};

// Called now and then from a thread of the engine; must not throw.
using progress_sink = std::function<void(const render_progress&)>;

class image_engine {
public:
    virtual ~image_engine() = default;

    // Draws one picture of exactly settings.width x settings.height pixels.
    // Throws error(invalid_argument) for settings it cannot do, unavailable, timed_out, and
    // cancelled once `stop` is requested; a remote engine then stops its server as well, unless
    // the picture is `left`.
    virtual picture render(const picture_request& request, const progress_sink& progress,
                           std::stop_token stop) = 0;

    // How many pictures at once keep it busy, at least 1.
    virtual int parallel() const = 0;

    // How its servers were when they were heard of last, in the order of the settings; nobody is
    // asked, and it never waits. Empty: it has none, and is always there.
    virtual std::vector<server_health> health() = 0;

    // One cheap real call for `doctor`; returns a line to show, throws what render would throw.
    virtual std::string check() = 0;
};

}  // namespace medusa
