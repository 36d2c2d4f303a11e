// What the servers of the /sdapi/v1 family say and want to hear: pure functions on JSON texts.
//
// AUTOMATIC1111's WebUI, Forge and stable-diffusion.cpp share the routes and differ in what they
// have beside them; engines.md 8 and the recordings of stable-diffusion.cpp are the source. Any
// thread. Errors: error(invalid_argument) for a request that the server cannot do, and classified
// errors for replies that are none.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/image_server.hpp"

namespace medusa::a1111 {

// The names in a list route: `field` of each object of the array; "None" and "Automatic" are left
// out, since they name nothing.
std::vector<std::string> names(std::string_view reply, std::string_view field);

// Which of the three answers, from the replies to /cmd-flags and /sd-modules (empty: 404).
std::string dialect_of(std::string_view cmd_flags, std::string_view sd_modules);

// The server's own spelling of one of our sampler names: "dpmpp_2m" is "DPM++ 2M" here and
// "dpm++2m" there. Throws error(invalid_argument), naming the nearest, when it has none.
std::string sampler_name(std::string_view ours, const std::vector<std::string>& theirs);
// The same for schedulers; empty where the server lists none.
std::string scheduler_name(std::string_view ours, const std::vector<std::string>& theirs);

// What a ControlNet extension needs to keep a face by IP-Adapter.
struct face_unit {
    std::string module;
    std::string model;
};
// From the replies to /controlnet/module_list and /controlnet/model_list; empty without both.
std::optional<face_unit> find_face_unit(std::string_view modules, std::string_view models);

struct call {
    std::string route;  // "sdapi/v1/txt2img" or "sdapi/v1/img2img"
    std::string body;
};
// The one call that draws a picture. `reference` is the avatar's PNG, empty where none is used.
call drawing_call(const attempt_order& order, const server_capabilities& offers,
                  const std::optional<face_unit>& face, std::string_view reference,
                  bool keep_model);

struct drawn {
    std::string png;
    std::string model;    // as the server names it; empty where it does not say
    std::string version;  // of the server, likewise
};
// The first picture of a reply, grids left out. Throws error(unavailable, "Image download
// failed: ...").
drawn drawn_picture(std::string_view reply);

// How far our task is.
struct task_progress {
    bool active = false;
    bool queued = false;
    bool completed = false;
    double part = 0;  // 0 to 1
};
std::optional<task_progress> read_progress(std::string_view reply);

// The server's own reason in a refusal, one line; empty when it gives none.
std::string reason_of(std::string_view reply);

}  // namespace medusa::a1111
