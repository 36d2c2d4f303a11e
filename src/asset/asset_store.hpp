// The asset store port: files under paths like "anna/characters/luna/avatar/x.png".
//
// Made in app/parts.cpp; used from several threads and by several processes at once. A path has
// parts of [a-z0-9._-] only, none of them "." or "..". Errors: error(storage), unavailable,
// conflict as documented below, invalid_argument for a path of another form.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "core/files.hpp"

namespace medusa {

struct stored_asset {
    std::string url;
    std::filesystem::path local_path;  // empty when the store is not a local folder
    // Where the store gives a picture within 256 x 256 pixels, made when it is asked for; empty
    // where it makes none.
    std::string thumbnail_url{};
};

struct asset_entry {
    std::string path;
    std::uint64_t bytes = 0;
    time_point stored_at{};  // last; of an asset whose age the store does not know: now
    friend bool operator==(const asset_entry&, const asset_entry&) = default;
};

// A file that is open for reading, however long it takes, and whatever is removed meanwhile.
struct open_asset {
    descriptor file;
    std::uint64_t bytes = 0;
    std::string version;  // another one whenever the bytes are; letters and digits
};

// What writes that were cut short left behind.
struct unfinished_writes {
    std::size_t files = 0;
    std::uint64_t bytes = 0;
};

enum class unfinished { count, remove };

enum class if_present {
    keep,     // the same bytes are fine; other bytes are error(conflict) and stay untouched
    replace,  // embeddings.json only: the holder of the lease replaces it in place
};

class asset_store {
public:
    virtual ~asset_store() = default;

    // Stores `bytes` whole or not at all; durable when it returns. An asset is never empty:
    // error(invalid_argument), as for one that is larger than the store takes.
    virtual stored_asset put(std::string_view path, std::string_view bytes,
                             if_present present = if_present::keep) = 0;
    // Empty when nothing is stored there.
    virtual std::optional<std::string> get(std::string_view path) = 0;
    // The same as a file, for those who send it on. No link is followed. Empty also where the store
    // is no local folder: locate() then says where it is.
    virtual std::optional<open_asset> open(std::string_view path) = 0;
    // Nothing there counts as success. Folders stay.
    virtual void remove(std::string_view path) = 0;
    // All assets below `folder`, sorted by path; unfinished writes are not among them.
    virtual std::vector<asset_entry> entries(std::string_view folder) = 0;
    // Their paths alone.
    std::vector<std::string> list(std::string_view folder);
    // Counts or removes the unfinished writes that were last at work before `before`: their process
    // has died. None where the service itself keeps whole assets only.
    virtual unfinished_writes sweep_unfinished(time_point before, unfinished what) = 0;
    // Where put() of this path stores it, without a look at the store. The url leads to the same
    // bytes as put()'s; it may lack what only the store knows (a version).
    virtual stored_asset locate(std::string_view path) const = 0;
    // Where the store itself gives the picture within `side_px` x `side_px` pixels; empty where it
    // gives none.
    virtual std::string thumbnail_url(std::string_view path, int side_px) const = 0;
    // One cheap real call for `doctor`; returns a line to show.
    virtual std::string check() = 0;
};

}  // namespace medusa
