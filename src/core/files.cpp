#include "core/files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <thread>
#include <utility>

#include "core/error.hpp"

namespace medusa {
namespace {

namespace fs = std::filesystem;

std::string advice_for(int reason) {
    switch (reason) {
        case ENOSPC:
        case EDQUOT:
            return "Free some space there, or set MEDUSA_DATA to a folder on another disk";
        case EACCES:
        case EPERM:
        case EROFS:
            return "Make it writable, or set MEDUSA_DATA to a folder of yours";
        case EIO:
            return "The disk may be failing: see the system's log, and set MEDUSA_DATA to another";
        default:
            return {};
    }
}

[[noreturn]] void refuse_special(const fs::path& path) {
    throw error(errc::invalid_argument, fmt::format("{} is not a plain file", path.string()),
                "Folders, pipes and devices cannot be read here");
}

// Unique among threads and processes.
std::string temporary_for(const std::string& name) {
    static std::atomic<unsigned> counter{0};
    return fmt::format("{}.{}-{}{}", name, ::getpid(), counter++, unfinished_ending);
}

void write_new_file(int folder, const std::string& name, std::string_view bytes,
                    const fs::path& shown, durability wanted) {
    descriptor file(
        ::openat(folder, name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644));
    if (file.get() < 0) fail_file("write", shown, errno);
    write_all(file.get(), bytes, shown);
    if (wanted == durability::now && ::fsync(file.get()) != 0) fail_file("write", shown, errno);
    if (file.close() != 0) fail_file("write", shown, errno);
}

descriptor new_private_file(const fs::path& path, const fs::path& shown) {
    if (path.has_parent_path()) make_folder(path.parent_path());
    descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (file.get() < 0) fail_file("write", shown, errno);
    return file;
}

}  // namespace

descriptor::~descriptor() {
    if (fd_ >= 0) ::close(fd_);
}

descriptor::descriptor(descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

int descriptor::close() {
    return ::close(std::exchange(fd_, -1));
}

void fail_file(const char* action, const fs::path& shown, int reason) {
    const bool missing = reason == ENOENT;
    throw error(missing ? errc::not_found : errc::storage,
                fmt::format("cannot {} {}: {}", action, shown.string(), std::strerror(reason)),
                advice_for(reason));
}

std::string read_file(const fs::path& path, std::size_t max_bytes) {
    // Non-blocking: a pipe that nobody writes to must not stop us.
    const descriptor file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (file.get() < 0 && errno == ENXIO) refuse_special(path);
    if (file.get() < 0) fail_file("read", path, errno);
    struct stat facts {};
    if (::fstat(file.get(), &facts) != 0) fail_file("read", path, errno);
    if (!S_ISREG(facts.st_mode)) refuse_special(path);
    return read_open_file(file.get(), max_bytes, path);
}

std::string read_open_file(int file, std::size_t max_bytes, const fs::path& shown) {
    std::string bytes;
    char chunk[65536];
    for (;;) {
        const auto got = ::read(file, chunk, sizeof chunk);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) fail_file("read", shown, errno);
        if (got == 0) return bytes;
        bytes.append(chunk, std::size_t(got));
        if (bytes.size() > max_bytes)
            throw error(errc::invalid_argument,
                        fmt::format("{} is larger than {} bytes", shown.string(), max_bytes));
    }
}

void write_file_atomic(const fs::path& path, std::string_view bytes, durability wanted) {
    const auto folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
    make_folder(folder);
    const descriptor open_folder(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (open_folder.get() < 0) fail_file("write", path, errno);
    write_file_in(open_folder.get(), path.filename(), bytes, if_exists::replace, path, wanted);
}

void write_all(int fd, std::string_view bytes, const fs::path& path) {
    while (!bytes.empty()) {
        const auto written = ::write(fd, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) fail_file("write", path, errno);
        bytes.remove_prefix(std::size_t(written));
    }
}

bool write_file_in(int folder, const std::string& name, std::string_view bytes, if_exists existing,
                   const fs::path& shown, durability wanted) {
    const std::string temporary = temporary_for(name);
    const bool keep = existing == if_exists::keep;
    bool kept = false;
    try {
        write_new_file(folder, temporary, bytes, shown, wanted);
        // link() refuses a name that exists, in one step.
        const int result = keep ? ::linkat(folder, temporary.c_str(), folder, name.c_str(), 0)
                                : ::renameat(folder, temporary.c_str(), folder, name.c_str());
        kept = result != 0 && keep && errno == EEXIST;
        if (result != 0 && !kept) fail_file("write", shown, errno);
    } catch (...) {
        ::unlinkat(folder, temporary.c_str(), 0);
        throw;
    }
    if (keep) ::unlinkat(folder, temporary.c_str(), 0);
    if (wanted == durability::now && ::fsync(folder) != 0)
        fail_file("flush the folder of", shown, errno);
    return !kept;
}

growing_file::growing_file(fs::path path)
    : path_(std::move(path)),
      temporary_(fs::path(path_).replace_filename(temporary_for(path_.filename()))),
      file_(new_private_file(temporary_, path_)) {}

growing_file::~growing_file() {
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void growing_file::finish() {
    if (::fsync(file_.get()) != 0 || file_.close() != 0 ||
        ::rename(temporary_.c_str(), path_.c_str()) != 0)
        fail_file("write", path_, errno);
    temporary_.clear();
    const auto folder = path_.has_parent_path() ? path_.parent_path() : fs::path(".");
    const descriptor open_folder(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (open_folder.get() < 0 || ::fsync(open_folder.get()) != 0)
        fail_file("flush the folder of", path_, errno);
}

descriptor nameless_file(const fs::path& folder) {
    const auto name = folder / temporary_for("medusa");
    auto file = new_private_file(name, name);
    ::unlink(name.c_str());
    return file;
}

void make_folder(const fs::path& path) {
    std::error_code reason;
    fs::create_directories(path, reason);
    if (reason) {
        // A missing parent cannot be the cause here, so never report it as "not found".
        const auto advice = advice_for(reason.value());
        throw error(errc::storage,
                    fmt::format("cannot create folder {}: {}", path.string(), reason.message()),
                    advice.empty() ? "Choose a folder where you may make one" : advice);
    }
}

file_lock::file_lock(const fs::path& path, std::chrono::milliseconds patience)
    : file_(::open(path.c_str(), O_RDWR | O_CREAT | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0644)) {
    constexpr std::chrono::milliseconds between_attempts{5};
    if (file_.get() < 0) fail_file("lock", path, errno);
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (::flock(file_.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR) fail_file("lock", path, errno);
        if (std::chrono::steady_clock::now() >= deadline)
            throw error(errc::timed_out,
                        fmt::format("another program keeps {} locked", path.string()),
                        "End that program and try again");
        std::this_thread::sleep_for(between_attempts);
    }
}

}  // namespace medusa
