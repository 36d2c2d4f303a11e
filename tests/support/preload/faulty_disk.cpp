// A library for LD_PRELOAD: what a program writes below one path prefix fails when a test wants it.
//
// MEDUSA_TEST_DISK names the prefix, MEDUSA_TEST_DISK_PLAN a file of a `plan`, which is mapped: the
// test changes it while the program runs, and reads from it how many calls there were. Counted are
// calls that change something; the n-th one is the n-th of all processes that share the plan.
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdint>
#include <cstdlib>
#include <string_view>

namespace {

// As tests/e2e/faults.py packs it.
struct plan {
    std::atomic<std::int64_t> calls;
    std::atomic<std::int64_t> first;   // that fails, from 1; 0: none
    std::atomic<std::int64_t> last;    // that fails
    std::atomic<std::int64_t> reason;  // errno; 0: the process is killed
};

constexpr int files_max = 65'536;
std::atomic<bool> watched[files_max];

std::string_view prefix() {
    static const char* const value = std::getenv("MEDUSA_TEST_DISK");
    return value ? value : std::string_view();
}

plan* shared_plan() {
    static plan* const mapped = [] {
        const char* path = std::getenv("MEDUSA_TEST_DISK_PLAN");
        if (!path) return static_cast<plan*>(nullptr);
        static const auto open_file =
            reinterpret_cast<int (*)(const char*, int, ...)>(::dlsym(RTLD_NEXT, "open"));
        const int file = open_file(path, O_RDWR | O_CLOEXEC);
        void* at = ::mmap(nullptr, sizeof(plan), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        return at == MAP_FAILED ? nullptr : static_cast<plan*>(at);
    }();
    return mapped;
}

// Before main(): a child that gives up its rights can look nothing up any more.
[[gnu::constructor]] void prepare() {
    shared_plan();
    prefix();
}

// True: this call fails, and errno says why.
bool fails() {
    auto* const wanted = shared_plan();
    if (!wanted) return false;
    const auto call = ++wanted->calls;
    if (wanted->first == 0 || call < wanted->first || call > wanted->last) return false;
    if (wanted->reason == 0) ::kill(::getpid(), SIGKILL);
    errno = int(wanted->reason);
    return true;
}

bool is_watched(int file) {
    return file >= 0 && file < files_max && watched[file];
}

// A path, or a name in a folder that is open.
bool is_watched(int folder, const char* path) {
    if (prefix().empty() || !path) return false;
    return path[0] == '/' ? std::string_view(path).starts_with(prefix()) : is_watched(folder);
}

template <class Function>
Function next(Function, const char* name) {
    return reinterpret_cast<Function>(::dlsym(RTLD_NEXT, name));
}

template <class Call>
int opened(int folder, const char* path, int flags, Call call) {
    const bool ours = is_watched(folder, path);
    const bool is_new = (flags & O_CREAT) && ::faccessat(folder, path, F_OK, 0) != 0;
    if (ours && is_new && fails()) return -1;
    const int file = call();
    if (file >= 0 && file < files_max) watched[file] = ours;
    return file;
}

mode_t mode_in(int flags, va_list arguments) {
    return (flags & (O_CREAT | O_TMPFILE)) ? va_arg(arguments, mode_t) : 0;
}

}  // namespace

// Each as the system has it, with the name that the linker knows.
extern "C" {

int open(const char* path, int flags, ...) {
    static const auto real = next(&open, "open");
    va_list arguments;
    va_start(arguments, flags);
    const auto mode = mode_in(flags, arguments);
    va_end(arguments);
    return opened(AT_FDCWD, path, flags, [&] { return real(path, flags, mode); });
}

int open64(const char* path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    const auto mode = mode_in(flags, arguments);
    va_end(arguments);
    return open(path, flags, mode);
}

int openat(int folder, const char* path, int flags, ...) {
    static const auto real = next(&openat, "openat");
    va_list arguments;
    va_start(arguments, flags);
    const auto mode = mode_in(flags, arguments);
    va_end(arguments);
    return opened(folder, path, flags, [&] { return real(folder, path, flags, mode); });
}

int openat64(int folder, const char* path, int flags, ...) {
    va_list arguments;
    va_start(arguments, flags);
    const auto mode = mode_in(flags, arguments);
    va_end(arguments);
    return openat(folder, path, flags, mode);
}

// Files below a folder are opened by a call that the library has no function for.
long syscall(long number, ...) noexcept {
    static const auto real = next(&syscall, "syscall");
    va_list arguments;
    va_start(arguments, number);
    long given[6];
    for (auto& one : given) one = va_arg(arguments, long);
    va_end(arguments);
    const long result = real(number, given[0], given[1], given[2], given[3], given[4], given[5]);
    if (number == SYS_openat2 && result >= 0 && result < files_max)
        watched[result] = is_watched(int(given[0]), reinterpret_cast<const char*>(given[1]));
    return result;
}

int close(int file) {
    static const auto real = next(&close, "close");
    if (is_watched(file)) watched[file] = false;
    return real(file);
}

ssize_t write(int file, const void* bytes, size_t size) {
    static const auto real = next(&write, "write");
    return is_watched(file) && fails() ? -1 : real(file, bytes, size);
}

ssize_t pwrite(int file, const void* bytes, size_t size, off_t at) {
    static const auto real = next(&pwrite, "pwrite");
    return is_watched(file) && fails() ? -1 : real(file, bytes, size, at);
}

ssize_t pwrite64(int file, const void* bytes, size_t size, off64_t at) {
    return pwrite(file, bytes, size, at);
}

int fsync(int file) {
    static const auto real = next(&fsync, "fsync");
    return is_watched(file) && fails() ? -1 : real(file);
}

int fdatasync(int file) {
    static const auto real = next(&fdatasync, "fdatasync");
    return is_watched(file) && fails() ? -1 : real(file);
}

int ftruncate(int file, off_t size) noexcept {
    static const auto real = next(&ftruncate, "ftruncate");
    return is_watched(file) && fails() ? -1 : real(file, size);
}

int ftruncate64(int file, off64_t size) noexcept {
    return ftruncate(file, size);
}

int mkdir(const char* path, mode_t mode) noexcept {
    static const auto real = next(&mkdir, "mkdir");
    return is_watched(AT_FDCWD, path) && fails() ? -1 : real(path, mode);
}

int mkdirat(int folder, const char* path, mode_t mode) noexcept {
    static const auto real = next(&mkdirat, "mkdirat");
    return is_watched(folder, path) && fails() ? -1 : real(folder, path, mode);
}

int rename(const char* from, const char* to) noexcept {
    static const auto real = next(&rename, "rename");
    return is_watched(AT_FDCWD, to) && fails() ? -1 : real(from, to);
}

int renameat(int from_folder, const char* from, int to_folder, const char* to) noexcept {
    static const auto real = next(&renameat, "renameat");
    return is_watched(to_folder, to) && fails() ? -1 : real(from_folder, from, to_folder, to);
}

int linkat(int from_folder, const char* from, int to_folder, const char* to, int flags) noexcept {
    static const auto real = next(&linkat, "linkat");
    return is_watched(to_folder, to) && fails() ? -1
                                                : real(from_folder, from, to_folder, to, flags);
}

}  // extern "C"
