// JSON bodies, of every route that takes one: the first byte chooses the route.
#include <string>
#include <vector>

#include "core/text.hpp"
#include "http/routes.hpp"
#include "routes_fuzz.hpp"

namespace medusa::fuzzing {
namespace {

std::vector<const http::route*> routes_with_bodies() {
    std::vector<const http::route*> found;
    for (const auto& way : http::routes())
        if (way.body_bytes_max > 0) found.push_back(&way);
    return found;
}

http::target address_of(const http::route& way, std::int64_t id) {
    http::target at;
    for (const auto& part : split(way.pattern.substr(1), '/'))
        at.path.push_back(part.starts_with('{') ? std::to_string(id) : part);
    return at;
}

}  // namespace
}  // namespace medusa::fuzzing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace medusa;
    static fuzzing::routes_on_trial routes;
    static const auto ways = fuzzing::routes_with_bodies();
    if (size == 0) return 0;
    const auto& way = *ways[data[0] % ways.size()];
    http::request asked;
    asked.method = std::string(way.method);
    asked.at = fuzzing::address_of(way, routes.id());
    asked.headers = {{"content-type", "application/json"}, {"prefer", "respond-async"}};
    asked.body = std::string(fuzzing::text_of(data + 1, size - 1));
    routes.ask(std::move(asked));
    return 0;
}
