// Addresses: paths, ids, queries, cursors and names of files, through the routes that they reach.
#include "core/error.hpp"
#include "routes_fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace medusa;
    static fuzzing::routes_on_trial routes;
    http::request asked;
    asked.method = "GET";
    try {
        asked.at = http::parse_target(fuzzing::text_of(data, size));
    } catch (const error& refused) {
        fuzzing::expect(refused.code() == errc::invalid_argument);
        return 0;
    }
    for (const auto& part : asked.at.path) {
        fuzzing::expect(part != "." && part != "..");
        for (const char c : part) fuzzing::expect(std::uint8_t(c) >= ' ' && c != '\x7f');
    }
    routes.ask(std::move(asked));
    return 0;
}
