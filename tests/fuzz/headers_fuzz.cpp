// Header fields, one a line as "name: value" with the name in lower case, with a list, a file and
// a waiting POST: conditions, ranges, codings, preferences, tokens, origins, keys.
#include <vector>

#include "core/text.hpp"
#include "http/conditional.hpp"
#include "http/pages.hpp"
#include "http/represent.hpp"
#include "routes_fuzz.hpp"

namespace medusa::fuzzing {
namespace {

http::pair_list headers_in(std::string_view text) {
    http::pair_list headers;
    for (const auto& line : split(text, '\n')) {
        const auto colon = line.find(": ");
        // The edge lets no control characters through.
        if (colon == line.npos || line.find_first_of(std::string_view("\r\0", 2)) != line.npos)
            continue;
        headers.emplace_back(line.substr(0, colon), line.substr(colon + 2));
    }
    return headers;
}

void look_at_parsers(const http::request& asked) {
    for (const std::uint64_t size : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1'000}}) {
        const auto wanted = http::wanted_of(asked, "\"abc\"", size);
        expect(wanted.first <= size && wanted.bytes <= size - wanted.first);
        if (wanted.what == http::wanted_bytes::kind::part) expect(wanted.bytes > 0);
    }
    const auto patience = http::patience_of(asked);
    expect(patience >= std::chrono::seconds(0) && patience <= std::chrono::seconds(90));
    http::wants_gzip(asked.header("accept-encoding"));
}

}  // namespace
}  // namespace medusa::fuzzing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace medusa;
    static fuzzing::routes_on_trial routes;
    http::request asked;
    asked.method = "GET";
    asked.headers = fuzzing::headers_in(fuzzing::text_of(data, size));
    // Who fails to sign in too often is not looked at any more.
    static std::uint64_t peers = 0;
    asked.peer = std::to_string(++peers);
    fuzzing::look_at_parsers(asked);
    asked.at.path = {"api", "characters"};
    routes.ask(asked);
    asked.method = "POST";
    asked.body = R"({"name":"Ann","description":"a tall knight"})";
    routes.ask(std::move(asked));
    return 0;
}
