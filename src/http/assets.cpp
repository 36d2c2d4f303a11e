#include <fmt/format.h>

#include <memory>

#include "core/error.hpp"
#include "core/text.hpp"
#include "http/conditional.hpp"
#include "http/handlers.hpp"
#include "http/problem.hpp"

namespace medusa::http {
namespace {

constexpr std::string_view for_ever = "private, max-age=31536000, immutable";
constexpr std::string_view ask_again = "private, no-cache";

struct file_kind {
    std::string_view ending;
    std::string_view type;
    // Pictures and what belongs to them are named by their content or a random id; the embedding
    // is computed again one day.
    std::string_view caching;
};
constexpr file_kind kinds[] = {
    {".png", "image/png", for_ever},
    {"/embeddings.json", "application/json", ask_again},
    {".json", "application/json", for_ever},
};
constexpr file_kind small_picture{".webp", "image/webp", for_ever};
constexpr file_kind unknown{"", "application/octet-stream", ask_again};

const file_kind& kind_of(std::string_view path) {
    for (const auto& one : kinds)
        if (path.ends_with(one.ending)) return one;
    return unknown;
}

[[noreturn]] void refuse() {
    throw error(errc::not_found, "there is no such file");
}

// The first part of a path is its owner's folder; another one's is not there.
std::string path_of_own(const pipeline_parts& parts, const call& of) {
    if (of.names.at(0) != parts.reserved.user_folder(of.who.owner)) refuse();
    return fmt::format("{}", fmt::join(of.names, "/"));
}

// The store's answer, with a path that none can have told as one that is not there.
template <typename ask>
auto asked_of_store(ask question) {
    try {
        return question();
    } catch (const error& malformed) {
        if (malformed.code() == errc::invalid_argument) refuse();
        throw;
    }
}

response file_answer(const request& asked, open_asset stored, const file_kind& kind,
                     std::string_view name) {
    const auto tag = fmt::format("\"{}\"", stored.version);
    const auto wanted = wanted_of(asked, tag, stored.bytes);
    response reply{200, std::string(kind.type), {}};
    reply.headers = {{"ETag", tag},
                     {"Cache-Control", std::string(kind.caching)},
                     {"Accept-Ranges", "bytes"},
                     {"Content-Security-Policy", "default-src 'none'; sandbox"}};
    switch (wanted.what) {
        case wanted_bytes::kind::unchanged:
            return {304, {}, {}, std::move(reply.headers)};
        case wanted_bytes::kind::none:
            reply = problem({errc::invalid_argument, "the range lies beyond the end of the file",
                             fmt::format("It has {} bytes", stored.bytes)},
                            path_of(asked.at), asked.id, 416);
            reply.headers.emplace_back("Content-Range", fmt::format("bytes */{}", stored.bytes));
            return reply;
        case wanted_bytes::kind::part:
            reply.status = 206;
            reply.headers.emplace_back("Content-Range",
                                       fmt::format("bytes {}-{}/{}", wanted.first,
                                                   wanted.first + wanted.bytes - 1, stored.bytes));
            break;
        case wanted_bytes::kind::whole:
            break;
    }
    // The names of assets hold no character that would need an escape here.
    const auto use = kind.ending.empty() ? "attachment" : "inline";
    reply.headers.emplace_back("Content-Disposition",
                               fmt::format("{}; filename=\"{}\"", use, name));
    reply.file = {std::make_shared<const descriptor>(std::move(stored.file)), wanted.first,
                  wanted.bytes};
    return reply;
}

// By the parameter size; empty without it.
std::optional<int> thumbnail_side(const request& asked) {
    const auto size = asked.parameter("size");
    if (!size) return std::nullopt;
    for (const int side : thumbnail_sides_px)
        if (*size == std::to_string(side)) return side;
    throw error(errc::invalid_argument, "there is no thumbnail of that size",
                fmt::format("Ask for size={}, or without it for the picture itself",
                            fmt::join(thumbnail_sides_px, " or size=")));
}

// Quick once it was made.
answer thumbnail(const service& with, const call& of, const std::string& path, int side_px) {
    constexpr std::string_view ending = ".png";
    if (!path.ends_with(ending))
        throw error(errc::invalid_argument, "only pictures have thumbnails",
                    "Ask for it without size");
    auto name = of.names.back();
    name.resize(name.size() - ending.size());
    const auto file = fmt::format("{}-{}.webp", name, side_px);
    if (auto known = asked_of_store([&] { return with.small.find(path, side_px); }))
        return file_answer(of.asked, std::move(*known), small_picture, file);
    return slow_answer{[&small = with.small, &asked = of.asked, path, side_px, file] {
                           auto made = asked_of_store([&] { return small.of(path, side_px); });
                           if (!made) refuse();
                           return file_answer(asked, std::move(*made), small_picture, file);
                       },
                       fmt::format("{} {}", side_px, path)};
}

// Another service has the file, and serves it better than we could.
response elsewhere(const std::string& url) {
    return {307, {}, {}, {{"Location", url}, {"Cache-Control", std::string(ask_again)}}};
}

}  // namespace

std::string thumbnail_of(const pipeline_parts& parts, const std::string& path) {
    try {
        const auto at = parts.assets.locate(path);
        if (at.local_path.empty() && !at.thumbnail_url.empty()) return at.thumbnail_url;
        return fmt::format("{}?size={}", at.url, thumbnail_sides_px.front());
    } catch (const error& malformed) {
        // What another program wrote there may not keep whole lists from being shown.
        if (malformed.code() != errc::invalid_argument) throw;
        return {};
    }
}

answer get_asset(const service& with, const call& of) {
    const auto& parts = with.open({});
    const auto path = path_of_own(parts, of);
    const auto at = asked_of_store([&] { return parts.assets.locate(path); });
    const auto side = thumbnail_side(of.asked);
    if (at.local_path.empty()) {
        const auto small = side ? parts.assets.thumbnail_url(path, *side) : std::string();
        return elsewhere(small.empty() ? at.url : small);
    }
    if (side) return thumbnail(with, of, path, *side);
    auto stored = asked_of_store([&] { return parts.assets.open(path); });
    if (!stored) refuse();
    return file_answer(of.asked, std::move(*stored), kind_of(path), of.names.back());
}

}  // namespace medusa::http
