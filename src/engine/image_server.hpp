// The port of one remote image server: a pod with a GPU that speaks one dialect.
//
// Made by its factory in app/parts.cpp for the dialect that answered, owned by the pool, used from
// several threads at once. A server runs one prompt after the other; what it is asked for beyond
// that waits in its own queue. Errors of every function: error with a failure class (core/error),
// its text begins "RunPod connection failed" or "Image download failed" (interface.md 3), and never
// holds an address in full or a token.
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/engine.hpp"

namespace medusa {

// Where a server is. All of it but `label` is secret.
struct server_address {
    std::string url;         // scheme, host, port, path; "user:pass@" is sent as Basic
    std::string label;       // what people see of it: "http://127.0.0.1:8188"
    std::string bearer;      // token sent over HTTP and WebSocket; empty: none
    bool exclusive = false;  // "#exclusive": ours alone, so even a global interrupt is allowed
};

// What a server offers, read once and cached with its version; refreshed after a refused prompt.
struct server_capabilities {
    std::string dialect;  // "comfyui", "a1111", "forge", "sd.cpp"
    std::string version;
    std::vector<std::string> checkpoints;
    std::vector<std::string> diffusion_models;  // Flux and the like, loaded without a checkpoint
    std::vector<std::string> samplers;
    std::vector<std::string> schedulers;
    std::vector<std::string> loras;
    std::vector<std::string> upscalers;
    // Rungs of the identity ladder whose nodes and files are all there, strongest first:
    // "kontext", "pulid", "instantid", "faceid", "ipadapter", "img2img", "seed".
    std::vector<std::string> identity_methods;
    bool takes_workflows = false;  // a user's own graph
    int prompts_at_once = 2;       // one runs and one waits; 1 where a waiting call may be cut
};

struct server_load {
    int running = 0;
    int waiting = 0;  // everybody's prompts, not ours alone
};

// One prompt that is sent once, under an id that is stored before.
struct attempt_order {
    const picture_request& request;
    std::string attempt_id;  // UUID version 4, lower case
    // What the server called it, where that differs from attempt_id; empty before it answered.
    std::string remote_id;
    std::string model;            // a checkpoint or diffusion model of this server
    std::string identity_method;  // one of its rungs
    // Called once with the server's own id as soon as the prompt is accepted, so that it is stored.
    std::function<void(const std::string& remote_id)> accepted;
};

class image_server {
public:
    virtual ~image_server() = default;

    virtual const server_address& address() const = 0;

    // A few cheap calls. Throws with class `warming` while the pod is not ready.
    virtual server_capabilities probe(std::stop_token stop) = 0;
    virtual server_load load(std::stop_token stop) = 0;

    // Sends the prompt once and waits for its picture. A submit whose answer is lost is looked up,
    // never sent again: error of class `lost` when the server knows nothing of it, `ambiguous` when
    // it cannot be asked. Empty when the identity method found no face in the reference: the next
    // rung is worth an attempt of its own. When `stop` is requested exactly this prompt is
    // cancelled where the server can do that, unless it is `left`, and error(cancelled) is
    // thrown.
    virtual std::optional<picture> run(const attempt_order& order, const progress_sink& progress,
                                       std::stop_token stop) = 0;

    // Waits for a prompt that was sent before, perhaps by an earlier process. Error of class
    // `lost` when the server knows nothing of it; else as run().
    virtual std::optional<picture> resume(const attempt_order& order, const progress_sink& progress,
                                          std::stop_token stop) = 0;
};

// A line of `medusa engines`.
struct server_status {
    std::string label;
    std::string serves;  // "every style", "realistic", "every style but realistic"
    std::string state;   // "ready", "warming", "down", "not asked"
    std::string reason;  // why it is not ready
    std::string advice;  // what to do about it
    std::optional<server_capabilities> offers;
    server_load load;
    std::optional<double> seconds_a_picture;  // median of ours, where there were any
};

}  // namespace medusa
