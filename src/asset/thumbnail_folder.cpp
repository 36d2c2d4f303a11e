#include "asset/thumbnail_folder.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <utility>
#include <vector>

#include "asset/asset_path.hpp"
#include "asset/open_file.hpp"
#include "core/files.hpp"

namespace medusa {
namespace {

namespace fs = std::filesystem;

fs::path place_of(const fs::path& root, std::string_view picture, int side_px) {
    return root / fmt::format("{}.{}.webp", checked_asset_path(picture), side_px);
}

struct kept_file {
    fs::file_time_type written_at;
    std::uint64_t bytes = 0;
    fs::path path;
};

// What others remove meanwhile is not among them.
std::vector<kept_file> files_below(const fs::path& root) {
    std::vector<kept_file> found;
    std::error_code gone;
    for (fs::recursive_directory_iterator entry(root, gone), end; !gone && entry != end;
         entry.increment(gone)) {
        std::error_code unknown;
        if (!entry->is_regular_file(unknown) || entry->is_symlink(unknown)) continue;
        const auto bytes = entry->file_size(unknown);
        const auto written_at = entry->last_write_time(unknown);
        if (!unknown) found.push_back({written_at, bytes, entry->path()});
    }
    return found;
}

}  // namespace

thumbnail_folder::thumbnail_folder(fs::path root, std::uint64_t bytes_max)
    : root_(std::move(root)), bytes_max_(bytes_max) {}

std::optional<open_asset> thumbnail_folder::find(std::string_view picture, int side_px) const {
    const auto path = place_of(root_, picture, side_px);
    descriptor file(
        ::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (file.get() < 0) {
        if (errno == ENOENT || errno == ENOTDIR || errno == ELOOP) return std::nullopt;
        fail_file("read", path, errno);
    }
    return as_open_asset(std::move(file), path);
}

void thumbnail_folder::keep(std::string_view picture, int side_px, std::string_view bytes) {
    write_file_atomic(place_of(root_, picture, side_px), bytes, durability::soon);
    const std::lock_guard lock(mutex_);
    if (bytes_) *bytes_ += bytes.size();
    if (!bytes_ || *bytes_ > bytes_max_) make_room();
}

// Down to three quarters, so that the folder is not read through each time.
void thumbnail_folder::make_room() {
    auto found = files_below(root_);
    std::uint64_t bytes = 0;
    for (const auto& one : found) bytes += one.bytes;
    if (bytes > bytes_max_) {
        std::sort(found.begin(), found.end(),
                  [](const auto& a, const auto& b) { return a.written_at < b.written_at; });
        for (auto one = found.begin(); one != found.end() && bytes > bytes_max_ / 4 * 3; ++one) {
            std::error_code stays;
            fs::remove(one->path, stays);
            bytes -= one->bytes;
        }
    }
    bytes_ = bytes;
}

void forget_thumbnails(const fs::path& root, std::string_view path) {
    std::error_code reason;
    for (const int side : thumbnail_sides_px) {
        const auto place = place_of(root, path, side);
        fs::remove(place, reason);
        if (reason && reason != std::errc::not_a_directory)
            fail_file("remove", place, reason.value());
    }
    fs::remove_all(root / checked_asset_path(path), reason);
    if (reason && reason != std::errc::not_a_directory)
        fail_file("remove", root / path, reason.value());
}

}  // namespace medusa
