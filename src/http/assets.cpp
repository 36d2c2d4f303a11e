#include <fmt/format.h>

#include "core/error.hpp"
#include "core/text.hpp"
#include "http/handlers.hpp"

namespace medusa::http {
namespace {

std::string type_of(std::string_view path) {
    if (path.ends_with(".png")) return "image/png";
    if (path.ends_with(".json")) return "application/json";
    return "application/octet-stream";
}

[[noreturn]] void refuse() {
    throw error(errc::not_found, "there is no such file");
}

}  // namespace

// The first part of a path is its owner's folder; another one's is not there.
answer get_asset(const service& with, const call& of) {
    const auto& parts = with.open({});
    if (of.names.at(0) != parts.reserved.user_folder(of.who.owner)) refuse();
    const auto path = fmt::format("{}", fmt::join(of.names, "/"));
    std::optional<std::string> bytes;
    try {
        bytes = parts.assets.get(path);
    } catch (const error& malformed) {
        if (malformed.code() != errc::invalid_argument) throw;
    }
    if (!bytes) refuse();
    response reply{200, type_of(path), std::move(*bytes)};
    // Pictures are named by their content; the embedding is computed again one day.
    const bool is_for_ever = path.ends_with(".png");
    reply.headers = {{"Cache-Control",
                      is_for_ever ? "private, max-age=31536000, immutable" : "private, no-cache"}};
    return reply;
}

}  // namespace medusa::http
