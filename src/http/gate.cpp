#include "http/gate.hpp"

#include <utility>

#include "http/represent.hpp"
#include "http/routes.hpp"

namespace medusa::http {

response gate::finished(const request& asked, response reply) const {
    represent(asked, reply);
    return reply;
}

answer gate::pass(const request& asked) {
    auto result = dispatch(with_, asked);
    if (auto* reply = std::get_if<response>(&result)) return finished(asked, std::move(*reply));
    if (auto* wait = std::get_if<wait_for>(&result))
        // The session keeps the request until its answer is written.
        wait->then = [this, &asked,
                      then = std::move(wait->then)](const std::optional<job>& newest) {
            return finished(asked, then(newest));
        };
    if (auto* slow = std::get_if<slow_answer>(&result))
        slow->make = [this, &asked, make = std::move(slow->make)] {
            return finished(asked, make());
        };
    return result;
}

}  // namespace medusa::http
