#include "core/clock.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <condition_variable>
#include <cstdio>
#include <mutex>

#include "core/error.hpp"

namespace medusa {
namespace {

class machine_clock final : public clock {
public:
    time_point now() const override {
        return std::chrono::time_point_cast<std::chrono::milliseconds>(
            std::chrono::system_clock::now());
    }
};

class machine_timer final : public timer {
public:
    std::chrono::milliseconds elapsed() const override {
        return std::chrono::duration_cast<std::chrono::milliseconds>(
            std::chrono::steady_clock::now().time_since_epoch());
    }

    bool sleep(std::chrono::milliseconds pause, std::stop_token stop) override {
        std::mutex mutex;
        std::condition_variable_any never;
        std::unique_lock lock(mutex);
        never.wait_for(lock, stop, pause, [] { return false; });
        return !stop.stop_requested();
    }
};

}  // namespace

const clock& system_clock() {
    static const machine_clock instance;
    return instance;
}

timer& system_timer() {
    static machine_timer instance;
    return instance;
}

std::string to_rfc3339(time_point time) {
    using namespace std::chrono;
    const auto day = floor<days>(time);
    const year_month_day date(day);
    const hh_mm_ss clock_time(time - day);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", int(date.year()),
                       unsigned(date.month()), unsigned(date.day()), clock_time.hours().count(),
                       clock_time.minutes().count(), clock_time.seconds().count(),
                       clock_time.subseconds().count());
}

time_point from_rfc3339(const std::string& text) {
    using namespace std::chrono;
    int y = 0, mo = 0, d = 0, h = 0, mi = 0, s = 0, ms = 0;
    char zone = 0;
    const int fields = std::sscanf(text.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d.%3d%c", &y, &mo, &d, &h,
                                   &mi, &s, &ms, &zone);
    const year_month_day date{year(y), month(unsigned(mo)), day(unsigned(d))};
    if (fields != 8 || zone != 'Z' || !date.ok() || h > 23 || mi > 59 || s > 60)
        throw error(errc::corrupted, "not a time in RFC 3339 form: " + text);
    return time_point(sys_days(date).time_since_epoch() + hours(h) + minutes(mi) + seconds(s) +
                      milliseconds(ms));
}

}  // namespace medusa
