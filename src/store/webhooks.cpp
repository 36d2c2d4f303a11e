#include "store/webhooks.hpp"

namespace medusa {
namespace {

constexpr delivery_state states[] = {delivery_state::waiting, delivery_state::delivered,
                                     delivery_state::dead};

}  // namespace

std::string_view to_string(delivery_state state) {
    switch (state) {
        case delivery_state::waiting:
            return "waiting";
        case delivery_state::delivered:
            return "delivered";
        case delivery_state::dead:
            return "dead";
    }
    return {};
}

std::optional<delivery_state> delivery_state_from(std::string_view word) {
    for (const auto state : states)
        if (to_string(state) == word) return state;
    return std::nullopt;
}

}  // namespace medusa
