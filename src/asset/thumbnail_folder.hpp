// Thumbnails that were made once, as files named by the path of the picture and their side.
//
// Any thread, any number of processes on one root. All of it can be made anew: nothing here waits
// for the disk, and when it grows beyond its bound, the oldest ones go. Errors: error(storage), and
// invalid_argument for a path that no asset has.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string_view>

#include "asset/asset_store.hpp"

namespace medusa {

// The longest side of a thumbnail, in pixels.
inline constexpr std::array<int, 2> thumbnail_sides_px{256, 512};
// Some ten thousand pictures.
inline constexpr std::uint64_t thumbnail_folder_bytes = std::uint64_t{256} << 20;

// Removes those of the picture at `path`, or of all pictures in the folder of that path.
void forget_thumbnails(const std::filesystem::path& root, std::string_view path);

class thumbnail_folder {
public:
    explicit thumbnail_folder(std::filesystem::path root,
                              std::uint64_t bytes_max = thumbnail_folder_bytes);

    std::optional<open_asset> find(std::string_view picture, int side_px) const;
    void keep(std::string_view picture, int side_px, std::string_view bytes);
    void forget(std::string_view picture) { forget_thumbnails(root_, picture); }

private:
    void make_room();

    const std::filesystem::path root_;
    const std::uint64_t bytes_max_;
    std::mutex mutex_;
    std::optional<std::uint64_t> bytes_;  // that are there, as far as this object knows
};

}  // namespace medusa
