// A library for LD_PRELOAD: the clocks of a program go as a test wants.
//
// MEDUSA_TEST_CLOCK names a file of one 64-bit number, which is mapped: so many milliseconds the
// wall clock is ahead, and the test may change it while the program runs. MEDUSA_TEST_PACE is how
// many times as fast the other clock goes, by which a program counts the time that passes, from 1
// on; the wall clock does not follow it.
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>

namespace {

constexpr std::int64_t nanoseconds_per_second = 1'000'000'000;
constexpr std::int64_t nanoseconds_per_millisecond = 1'000'000;

std::int64_t nanoseconds(const timespec& time) {
    return time.tv_sec * nanoseconds_per_second + time.tv_nsec;
}

timespec from_nanoseconds(std::int64_t all) {
    return {all / nanoseconds_per_second, all % nanoseconds_per_second};
}

int real_gettime(clockid_t which, timespec* time) {
    static const auto real =
        reinterpret_cast<int (*)(clockid_t, timespec*)>(::dlsym(RTLD_NEXT, "clock_gettime"));
    return real(which, time);
}

std::int64_t ahead() {
    static const auto* const milliseconds = [] {
        const char* path = std::getenv("MEDUSA_TEST_CLOCK");
        const int file = path ? ::open(path, O_RDONLY | O_CLOEXEC) : -1;
        void* at = file < 0 ? MAP_FAILED
                            : ::mmap(nullptr, sizeof(std::int64_t), PROT_READ, MAP_SHARED, file, 0);
        return at == MAP_FAILED ? nullptr : static_cast<const std::atomic<std::int64_t>*>(at);
    }();
    return milliseconds ? *milliseconds * nanoseconds_per_millisecond : 0;
}

std::int64_t pace() {
    static const std::int64_t value = [] {
        const char* text = std::getenv("MEDUSA_TEST_PACE");
        return text ? std::atoll(text) : 1;
    }();
    return value;
}

// When the program began, by the clock that is made faster.
std::int64_t start() {
    static const std::int64_t value = [] {
        timespec now{};
        real_gettime(CLOCK_MONOTONIC, &now);
        return nanoseconds(now);
    }();
    return value;
}

[[gnu::constructor]] void prepare() {
    start();
    pace();
    ahead();
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t which, timespec* time) noexcept {
    const int result = real_gettime(which, time);
    if (result != 0) return result;
    if (which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE)
        *time = from_nanoseconds(nanoseconds(*time) + ahead());
    if (which == CLOCK_MONOTONIC || which == CLOCK_MONOTONIC_COARSE)
        *time = from_nanoseconds(start() + (nanoseconds(*time) - start()) * pace());
    return 0;
}

int gettimeofday(timeval* time, void*) noexcept {
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    constexpr std::int64_t nanoseconds_per_microsecond = 1'000;
    *time = {now.tv_sec, now.tv_nsec / nanoseconds_per_microsecond};
    return 0;
}

time_t time(time_t* result) noexcept {
    timespec now{};
    clock_gettime(CLOCK_REALTIME, &now);
    if (result) *result = now.tv_sec;
    return now.tv_sec;
}

// The deadline is one of our clocks, and waited for by the system's.
int pthread_cond_clockwait(pthread_cond_t* condition, pthread_mutex_t* mutex, clockid_t which,
                           const timespec* until) {
    static const auto real =
        reinterpret_cast<int (*)(pthread_cond_t*, pthread_mutex_t*, clockid_t, const timespec*)>(
            ::dlsym(RTLD_NEXT, "pthread_cond_clockwait"));
    timespec own = *until;
    if (which == CLOCK_MONOTONIC)
        own = from_nanoseconds(start() + (nanoseconds(own) - start()) / pace());
    if (which == CLOCK_REALTIME) own = from_nanoseconds(nanoseconds(own) - ahead());
    return real(condition, mutex, which, &own);
}

}  // extern "C"
