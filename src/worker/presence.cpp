#include "worker/presence.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "core/error.hpp"
#include "core/hash.hpp"
#include "core/ids.hpp"
#include "worker/worker.hpp"

namespace medusa {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t digits_of_names = 8;

// Another one after each start of the system, since no worker outlives that.
const std::string& machine() {
    constexpr std::size_t boot_id_bytes_max = 100;
    static const auto name =
        sha256_hex(read_file("/proc/sys/kernel/random/boot_id", boot_id_bytes_max))
            .substr(0, digits_of_names);
    return name;
}

constexpr auto lock_ending = ".lock";

fs::path folder_of(const fs::path& data) {
    return data / "workers";
}

fs::path lock_of(const fs::path& data, const std::string& worker) {
    return folder_of(data) / (worker + lock_ending);
}

bool taken(const descriptor& file) {
    return ::flock(file.get(), LOCK_EX | LOCK_NB) == 0;
}

// Locked under another name first: nobody ever sees a living worker's file without its lock.
descriptor locked(const fs::path& path) {
    make_folder(path.parent_path());
    const auto unfinished = path.string() + std::string(unfinished_ending);
    descriptor file(::open(unfinished.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
    if (file.get() < 0 || !taken(file)) fail_file("lock", path, errno);
    if (::rename(unfinished.c_str(), path.c_str()) != 0) fail_file("create", path, errno);
    return file;
}

}  // namespace

std::string worker_name() {
    return fmt::format("{}-{}-{}", machine(), ::getpid(),
                       random_ids().uuid().substr(0, digits_of_names));
}

worker_lock::worker_lock(const fs::path& data, const std::string& worker)
    : path_(lock_of(data, worker)), file_(locked(path_)) {}

worker_lock::~worker_lock() {
    if (stays_) return;
    std::error_code ignored;
    fs::remove(path_, ignored);
}

bool is_dead(const fs::path& data, const std::string& worker) {
    // A name comes out of the store: it may be anything.
    if (!worker.starts_with(machine() + "-") || worker.find('/') != std::string::npos) return false;
    const descriptor file(::open(lock_of(data, worker).c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
    return file.get() >= 0 && taken(file);
}

std::vector<std::string> known_workers(const fs::path& data) {
    std::vector<std::string> names;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(folder_of(data), ignored))
        if (entry.path().extension() == lock_ending) names.push_back(entry.path().stem());
    return names;
}

void forget_worker(const fs::path& data, const std::string& worker) noexcept {
    std::error_code ignored;
    fs::remove(lock_of(data, worker), ignored);
}

}  // namespace medusa
