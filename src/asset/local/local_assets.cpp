#include "asset/local/local_assets.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <mutex>
#include <system_error>

#include "asset/asset_path.hpp"
#include "asset/open_file.hpp"
#include "asset/thumbnail_folder.hpp"
#include "core/error.hpp"
#include "core/files.hpp"
#include "core/limits.hpp"

namespace medusa {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t swept_entries_max = 2'000;  // some milliseconds

// The path as text, once it is one that a finished file may have.
std::string checked(std::string_view path) {
    if (path.ends_with(unfinished_ending)) refuse_asset_path(path);
    return checked_asset_path(path);
}

struct place {
    std::string folder;  // empty: the root
    std::string name;
};

place split_last(const std::string& path) {
    const auto slash = path.rfind('/');
    if (slash == std::string::npos) return {"", path};
    return {path.substr(0, slash), path.substr(slash + 1)};
}

[[noreturn]] void fail_asset(const char* action, const fs::path& shown, int reason) {
    if (reason == EXDEV)
        throw error(errc::storage, fmt::format("cannot {} {}: a link in it leads out of the folder",
                                               action, shown.string()));
    fail_file(action, shown, reason);
}

// -1 with errno where it cannot be opened; EXDEV for a link that leads out.
descriptor open_beneath(int root, const std::string& path, int flags, std::uint64_t also = 0) {
    open_how how{};
    how.flags = std::uint64_t(flags | O_CLOEXEC);
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS | also;
    long fd = -1;
    do {
        fd = ::syscall(SYS_openat2, root, path.empty() ? "." : path.c_str(), &how, sizeof how);
    } while (fd < 0 && (errno == EINTR || errno == EAGAIN));
    return descriptor(int(fd));
}

// The folder, made with its parents when it is missing. The folders that got an entry are added to
// `changed`: the caller flushes them once the file itself is on the disk, which costs next to
// nothing on a file system with a journal.
descriptor make_folder_beneath(int root, const std::string& folder, const fs::path& shown,
                               std::vector<descriptor>& changed) {
    auto there = open_beneath(root, folder, O_RDONLY | O_DIRECTORY);
    if (there.get() >= 0) return there;
    if (errno != ENOENT || folder.empty()) fail_asset("create folder for", shown, errno);
    const auto [parent, name] = split_last(folder);
    auto above = make_folder_beneath(root, parent, shown, changed);
    if (::mkdirat(above.get(), name.c_str(), 0755) != 0 && errno != EEXIST)
        fail_asset("create folder for", shown, errno);
    changed.push_back(std::move(above));
    auto made = open_beneath(root, folder, O_RDONLY | O_DIRECTORY);
    if (made.get() < 0) fail_asset("create folder for", shown, errno);
    return made;
}

bool is_unfinished(const fs::path& file) {
    return std::string_view(file.native()).ends_with(unfinished_ending);
}

// Whether the name is one that core/files.cpp gives to a file while it is written:
// "x.png.PROCESS-NUMBER.part".
bool is_from_a_write(const fs::path& file) {
    if (!is_unfinished(file)) return false;
    const auto middle = file.stem().extension().string();
    const auto hyphen = middle.find('-');
    return hyphen > 1 && hyphen + 1 < middle.size() &&
           middle.find_first_not_of("0123456789", 1) == hyphen &&
           middle.find_first_not_of("0123456789", hyphen + 1) == std::string::npos;
}

time_point last_written(const struct stat& facts) {
    using namespace std::chrono;
    return time_point(duration_cast<milliseconds>(seconds(facts.st_mtim.tv_sec) +
                                                  nanoseconds(facts.st_mtim.tv_nsec)));
}

bool means_nothing_there(int reason) {
    return reason == ENOENT || reason == ENOTDIR || reason == EISDIR;
}

class local_assets final : public asset_store {
public:
    local_assets(fs::path root, std::string url_prefix, fs::path thumbnails)
        : root_(std::move(root)),
          url_prefix_(std::move(url_prefix)),
          thumbnails_(std::move(thumbnails)) {}

    stored_asset put(std::string_view path, std::string_view bytes, if_present present) override {
        const auto asset = checked(path);
        const auto shown = root_ / asset;
        if (bytes.empty())
            throw error(errc::invalid_argument, fmt::format("{} would be empty", shown.string()));
        const auto [folder, name] = split_last(asset);
        make_folder(root_);
        const auto root = open_root();
        if (root.get() < 0) fail_asset("open", root_, errno);
        std::call_once(swept_, [&] {
            medusa::sweep_unfinished(root_, system_clock().now() - unfinished_age,
                                     unfinished::remove, swept_entries_max);
        });
        std::vector<descriptor> changed;
        const auto target = make_folder_beneath(root.get(), folder, shown, changed);
        const auto existing = present == if_present::keep ? if_exists::keep : if_exists::replace;
        const bool written = write_file_in(target.get(), name, bytes, existing, shown);
        for (const auto& parent : changed)
            if (::fsync(parent.get()) != 0) fail_asset("write", shown, errno);
        if (!written && get(asset) != bytes)
            throw error(errc::conflict,
                        fmt::format("{} holds something else already", shown.string()));
        // Stored anew as far as its age goes; it is no harm if that cannot be noted.
        if (!written) ::utimensat(target.get(), name.c_str(), nullptr, AT_SYMLINK_NOFOLLOW);
        return locate(asset);
    }

    std::optional<std::string> get(std::string_view path) override {
        const auto asset = checked(path);
        const auto shown = root_ / asset;
        const auto root = open_root();
        // Non-blocking: whatever else lies there, a pipe must not stop us.
        const auto file = open_beneath(root.get(), asset, O_RDONLY | O_NONBLOCK | O_NOCTTY);
        if (file.get() < 0) {
            if (means_nothing_there(errno) || root.get() < 0) return std::nullopt;
            fail_asset("read", shown, errno);
        }
        struct stat facts {};
        if (::fstat(file.get(), &facts) != 0) fail_asset("read", shown, errno);
        if (!S_ISREG(facts.st_mode)) return std::nullopt;
        return read_open_file(file.get(), limits::image_bytes, shown);
    }

    std::optional<open_asset> open(std::string_view path) override {
        const auto asset = checked(path);
        const auto root = open_root();
        auto file =
            open_beneath(root.get(), asset, O_RDONLY | O_NONBLOCK | O_NOCTTY, RESOLVE_NO_SYMLINKS);
        if (file.get() < 0) {
            if (means_nothing_there(errno) || errno == ELOOP || root.get() < 0) return std::nullopt;
            fail_asset("read", root_ / asset, errno);
        }
        return as_open_asset(std::move(file), root_ / asset);
    }

    void remove(std::string_view path) override {
        const auto asset = checked(path);
        const auto shown = root_ / asset;
        const auto [folder, name] = split_last(asset);
        const auto root = open_root();
        const auto there = open_beneath(root.get(), folder, O_RDONLY | O_DIRECTORY);
        if (there.get() < 0) {
            if (means_nothing_there(errno) || root.get() < 0) return;
            fail_asset("remove", shown, errno);
        }
        if (::unlinkat(there.get(), name.c_str(), 0) != 0 && !means_nothing_there(errno))
            fail_asset("remove", shown, errno);
        // Last: whoever makes one looks afterwards whether its picture is still there.
        if (!thumbnails_.empty()) forget_thumbnails(thumbnails_, asset);
    }

    std::vector<asset_entry> entries(std::string_view folder) override {
        const auto wanted = folder.empty() ? std::string() : checked(folder);
        const auto root = open_root();
        const auto there = open_beneath(root.get(), wanted, O_RDONLY | O_DIRECTORY);
        if (there.get() < 0) {
            if (means_nothing_there(errno) || root.get() < 0) return {};
            fail_asset("list", root_ / wanted, errno);
        }
        std::vector<asset_entry> found;
        std::error_code reason;
        for (fs::recursive_directory_iterator entry(root_ / wanted, reason), end;
             !reason && entry != end; entry.increment(reason)) {
            struct stat facts {};
            // One that is gone meanwhile is not listed.
            if (is_unfinished(entry->path()) || ::lstat(entry->path().c_str(), &facts) != 0 ||
                !S_ISREG(facts.st_mode))
                continue;
            found.push_back({entry->path().lexically_relative(root_).string(),
                             std::uint64_t(facts.st_size), last_written(facts)});
        }
        if (reason) fail_asset("list", root_ / wanted, reason.value());
        std::sort(found.begin(), found.end(),
                  [](const auto& a, const auto& b) { return a.path < b.path; });
        return found;
    }

    unfinished_writes sweep_unfinished(time_point before, unfinished what) override {
        return medusa::sweep_unfinished(root_, before, what);
    }

    std::string thumbnail_url(std::string_view, int) const override { return {}; }

    stored_asset locate(std::string_view path) const override {
        const auto asset = checked(path);
        return {url_prefix_ + asset, root_ / asset};
    }

    std::string check() override {
        const auto probe = fmt::format("check-{}", ::getpid());
        put(probe, "medusa", if_present::replace);
        if (get(probe) != "medusa")
            throw error(errc::storage,
                        fmt::format("{} does not keep what is written to it", root_.string()));
        remove(probe);
        return fmt::format("folder {}, {:.1f} GiB free", root_.string(), free_gib());
    }

private:
    descriptor open_root() const {
        return descriptor(::open(root_.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    }

    double free_gib() const {
        struct statvfs facts {};
        if (::statvfs(root_.c_str(), &facts) != 0) fail_asset("look at", root_, errno);
        return double(facts.f_bavail) * double(facts.f_frsize) / double(std::uint64_t{1} << 30);
    }

    fs::path root_;
    std::string url_prefix_;
    fs::path thumbnails_;
    std::once_flag swept_;
};

}  // namespace

std::unique_ptr<asset_store> make_local_asset_store(fs::path root, std::string url_prefix,
                                                    fs::path thumbnails) {
    return std::make_unique<local_assets>(std::move(root), std::move(url_prefix),
                                          std::move(thumbnails));
}

unfinished_writes sweep_unfinished(const fs::path& root, time_point before, unfinished what,
                                   std::size_t entries_max) {
    unfinished_writes swept;
    std::size_t seen = 0;
    std::error_code reason;
    for (fs::recursive_directory_iterator entry(root, reason), end;
         !reason && entry != end && seen < entries_max; entry.increment(reason), ++seen) {
        struct stat facts {};
        if (!is_from_a_write(entry->path()) || ::lstat(entry->path().c_str(), &facts) != 0 ||
            !S_ISREG(facts.st_mode) || last_written(facts) >= before)
            continue;
        if (what == unfinished::remove && ::unlink(entry->path().c_str()) != 0) continue;
        ++swept.files;
        swept.bytes += std::uint64_t(facts.st_size);
    }
    return swept;
}

}  // namespace medusa
