// What one ComfyUI server offers, and how it likes to be asked.
//
// Made by probe_server(), then const but for its cache of nodes; any thread. Errors: those of
// server_api.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/comfyui/nodes.hpp"
#include "engine/comfyui/server_api.hpp"

namespace medusa::comfyui {

// What the server says of its classes of nodes, each asked once.
class node_catalog {
public:
    explicit node_catalog(server_api& api) : api_(api) {}
    // Null for a class that is not installed. Valid as long as the catalog.
    const node_info* find(const std::string& class_name, std::stop_token stop);
    // The choices of one input; none where there is no such class or input.
    std::vector<std::string> choices(const std::string& class_name, std::string_view input,
                                     std::stop_token stop);

private:
    server_api& api_;
    std::mutex mutex_;
    std::map<std::string, std::optional<node_info>> known_;
};

struct server_profile {
    std::string label;  // of the server, for errors
    server_capabilities offers;
    // By folder: text_encoders, vae, controlnet, instantid, pulid, ipadapter, clip_vision.
    std::map<std::string, std::vector<std::string>, std::less<>> files;
    bool has_jobs = false;          // /api/jobs, with a cancel that knows whom it stops
    bool interrupts_by_id = false;  // /interrupt stops only the prompt that it is told
    std::unique_ptr<node_catalog> nodes;

    bool has_model(const std::string& name) const;
};

// Some 20 small calls. Class `warming` while the pod is not ready, `permanent` for something that
// is not ComfyUI.
std::unique_ptr<server_profile> probe_server(server_api& api, std::stop_token stop);

// Whether a version of ComfyUI ("0.3.64") is at least another; false for one that is none.
bool is_at_least(std::string_view version, std::string_view least);

}  // namespace medusa::comfyui
