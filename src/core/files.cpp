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
        default:
            return {};
    }
}

[[noreturn]] void fail(const char* action, const fs::path& path, int reason) {
    const bool missing = reason == ENOENT;
    throw error(missing ? errc::not_found : errc::storage,
                fmt::format("cannot {} {}: {}", action, path.string(), std::strerror(reason)),
                advice_for(reason));
}

// A file descriptor that closes itself; close() reports what a delayed write ran into.
class descriptor {
public:
    explicit descriptor(int fd) : fd_(fd) {}
    ~descriptor() {
        if (fd_ >= 0) ::close(fd_);
    }
    descriptor(const descriptor&) = delete;
    descriptor& operator=(const descriptor&) = delete;
    int get() const { return fd_; }
    int close() { return ::close(std::exchange(fd_, -1)); }

private:
    int fd_;
};

void write_all(int fd, std::string_view bytes, const fs::path& path) {
    while (!bytes.empty()) {
        const auto written = ::write(fd, bytes.data(), bytes.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) fail("write", path, errno);
        bytes.remove_prefix(std::size_t(written));
    }
}

void sync_folder(const fs::path& folder) {
    const descriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (fd.get() < 0 || ::fsync(fd.get()) != 0) fail("flush folder", folder, errno);
}

// Unique among threads and processes; left behind by a crash it is recognised by its ending.
fs::path temporary_beside(const fs::path& path) {
    static std::atomic<unsigned> counter{0};
    fs::path temporary = path;
    temporary += fmt::format(".{}-{}.part", ::getpid(), counter++);
    return temporary;
}

}  // namespace

std::string read_file(const fs::path& path, std::size_t max_bytes) {
    const descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (fd.get() < 0) fail("read", path, errno);
    std::string bytes;
    char chunk[65536];
    for (;;) {
        const auto got = ::read(fd.get(), chunk, sizeof chunk);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) fail("read", path, errno);
        if (got == 0) return bytes;
        bytes.append(chunk, std::size_t(got));
        if (bytes.size() > max_bytes)
            throw error(errc::invalid_argument,
                        fmt::format("{} is larger than {} bytes", path.string(), max_bytes));
    }
}

void write_file_atomic(const fs::path& path, std::string_view bytes) {
    const auto folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
    make_folder(folder);
    const fs::path temporary = temporary_beside(path);
    try {
        descriptor fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
        if (fd.get() < 0) fail("write", path, errno);
        write_all(fd.get(), bytes, path);
        if (::fsync(fd.get()) != 0 || fd.close() != 0) fail("write", path, errno);
        if (::rename(temporary.c_str(), path.c_str()) != 0) fail("write", path, errno);
        sync_folder(folder);
    } catch (...) {
        ::unlink(temporary.c_str());
        throw;
    }
}

void make_folder(const fs::path& path) {
    std::error_code reason;
    fs::create_directories(path, reason);
    if (reason) {
        // A missing parent cannot be the cause here, so never report it as "not found".
        throw error(errc::storage,
                    fmt::format("cannot create folder {}: {}", path.string(), reason.message()),
                    advice_for(reason.value()));
    }
}

file_lock::file_lock(const fs::path& path)
    : fd_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)) {
    if (fd_ < 0) fail("lock", path, errno);
    while (::flock(fd_, LOCK_EX) != 0) {
        if (errno == EINTR) continue;
        const int reason = errno;
        ::close(fd_);
        fail("lock", path, reason);
    }
}

file_lock::~file_lock() {
    ::close(fd_);
}

}  // namespace medusa
