// Which of a server's models draws a picture. Pure; any thread.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "engine/image_server.hpp"

namespace medusa {

// The model that draws `style` where a server has it (interface.md 2).
std::string_view default_model(std::string_view style);

struct model_choice {
    std::string name;  // as the server calls it; empty where it lists none
    std::string note;  // for the user, when it is not the model that was expected
};

// `wanted` may be given without folder and ending, in any case; empty: the default of the style,
// else the server's first. Empty result: the server does not have it.
std::optional<model_choice> choose_model(const server_capabilities& offers, std::string_view wanted,
                                         std::string_view style);

// error(invalid_argument) for a model that none of these servers has, with the nearest name.
error no_such_model(std::string_view wanted, std::span<const server_capabilities* const> offers);

}  // namespace medusa
