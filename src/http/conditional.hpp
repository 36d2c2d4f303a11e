// Which bytes of a stored file a request wants: the conditions and the range in its headers
// (RFC 9110, 13 and 14). Pure; any thread. Nothing here throws: what a client writes wrongly there
// is as if it had not written it.
#pragma once

#include <cstdint>
#include <string_view>

#include "http/message.hpp"

namespace medusa::http {

struct wanted_bytes {
    enum class kind {
        unchanged,  // 304: the client has it
        whole,      // 200
        part,       // 206
        none,       // 416: the range lies beyond the end
    };
    kind what = kind::whole;
    std::uint64_t first = 0;
    std::uint64_t bytes = 0;
    friend bool operator==(const wanted_bytes&, const wanted_bytes&) = default;
};

// Of a file of `size` bytes, whose entity tag is the strong `tag`. Only single ranges of a GET are
// served as parts; several at once get the whole, as 14.2 allows.
wanted_bytes wanted_of(const request& asked, std::string_view tag, std::uint64_t size);

}  // namespace medusa::http
