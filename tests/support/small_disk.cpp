#include "support/small_disk.hpp"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <string>
#include <system_error>
#include <vector>

namespace medusa::testing_support {
namespace {

[[noreturn]] void fail(const std::string& what) {
    throw std::system_error(errno, std::generic_category(), what);
}

void write_text(const char* path, const std::string& text) {
    std::ofstream(path) << text;
}

// Mounts that only this process sees; as a user without rights, in a user namespace of our own.
bool enter_private_mounts() {
    const auto user = std::to_string(::getuid());
    const auto group = std::to_string(::getgid());
    if (::unshare(CLONE_NEWNS) != 0) {
        if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
        write_text("/proc/self/setgroups", "deny");
        write_text("/proc/self/uid_map", "0 " + user + " 1");
        write_text("/proc/self/gid_map", "0 " + group + " 1");
    }
    return ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
}

void set_limit(rlim_t bytes) {
    rlimit limit{};
    ::getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = std::min(bytes, limit.rlim_max);
    if (::setrlimit(RLIMIT_FSIZE, &limit) != 0) fail("setrlimit");
}

}  // namespace

std::unique_ptr<small_disk> small_disk::mount(const std::filesystem::path& folder,
                                              std::size_t bytes) {
    static const bool allowed = enter_private_mounts();
    const auto options = "size=" + std::to_string(bytes);
    if (!allowed || ::mount("tmpfs", folder.c_str(), "tmpfs", 0, options.c_str()) != 0)
        return nullptr;
    return std::unique_ptr<small_disk>(new small_disk(folder));
}

small_disk::~small_disk() {
    ::umount2(folder_.c_str(), MNT_DETACH);
}

void small_disk::fill() const {
    const int file = ::open(filler().c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (file < 0) fail("filler");
    const std::vector<char> page(4'096, 'x');
    while (::write(file, page.data(), page.size()) > 0) {
    }
    const int reason = errno;
    ::close(file);
    if (reason != ENOSPC) fail("the disk is not full");
}

void small_disk::empty() const {
    std::filesystem::remove(filler());
}

void small_disk::set_read_only(bool read_only) const {
    const unsigned long flags = read_only ? MS_REMOUNT | MS_RDONLY : MS_REMOUNT;
    if (::mount(nullptr, folder_.c_str(), nullptr, flags, nullptr) != 0) fail("remount");
}

file_size_limit::file_size_limit(std::size_t bytes) {
    ::signal(SIGXFSZ, SIG_IGN);
    set_limit(bytes);
}

file_size_limit::~file_size_limit() {
    set_limit(RLIM_INFINITY);
}

}  // namespace medusa::testing_support
