// Which template draws a picture: by the identity method, the family of the model, and the files
// that the server has.
//
// Pure but for usable_methods(), which asks the server for its nodes; any thread. Errors:
// error(invalid_argument) for a model that the server does not have or that no template fits.
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "domain/character.hpp"
#include "engine/comfyui/capabilities.hpp"
#include "engine/comfyui/graph.hpp"

namespace medusa::comfyui {

struct recipe {
    std::string template_name;
    std::string model;   // that draws it: an edit model may stand in for the one asked for
    graph_values files;  // placeholders of the template that name files of the server
    bool uses_reference = false;
    std::vector<std::string> notes;  // for the user
};

// `method`: a rung of the identity ladder; empty is "seed". Empty when that rung cannot be used
// with that model on this server.
std::optional<recipe> choose_recipe(const server_profile& profile, const std::string& method,
                                    const std::string& model, const generation_settings& settings);

// `files` and the settings, under the names of the placeholders.
graph_values values_of(const graph_values& files, const generation_settings& settings);

// The rungs whose nodes and files are all there for one of the server's models, strongest first.
std::vector<std::string> usable_methods(const server_profile& profile, std::stop_token stop);

}  // namespace medusa::comfyui
