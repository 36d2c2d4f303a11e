#include "cli/progress.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <condition_variable>

#include "core/text.hpp"

namespace medusa {
namespace {

using namespace std::chrono_literals;

constexpr auto frame_time = 100ms;
constexpr int bar_cells = 24;
constexpr std::size_t rows_max = 8;

const char* word(stage reached) {
    switch (reached) {
        case stage::warming:
            return "warming up";
        case stage::waiting:
            return "waiting";
        case stage::drawing:
            return "drawing";
        case stage::storing:
            return "storing";
        case stage::recording:
            return "recording";
        case stage::done:
            return "done";
    }
    return "";
}

// At most `chars` code points, so that a line never wraps.
std::string cut(const std::string& text, std::size_t chars) {
    std::string result;
    std::size_t count = 0;
    for (const char c : text) {
        if ((c & 0xc0) != 0x80 && ++count > chars) break;
        result += c;
    }
    return result;
}

}  // namespace

std::string bar(double part, int width) {
    const int filled = int(std::lround(std::clamp(part, 0.0, 1.0) * width));
    std::string cells;
    for (int i = 0; i < width; ++i) cells += i < filled ? "█" : "░";
    return cells;
}

progress_view::progress_view(terminal& out, std::size_t total, bool debug)
    : out_(out), total_(total), debug_(debug), began_(std::chrono::steady_clock::now()) {
    if (debug_ || !out_.animated()) return;
    drawer_ = std::jthread([this](std::stop_token stop) {
        std::condition_variable_any sleeper;
        std::mutex own;
        std::unique_lock lock(own);
        while (!stop.stop_requested()) {
            out_.set_animation(drawn(out_.columns()));
            sleeper.wait_for(lock, stop, frame_time, [] { return false; });
        }
    });
}

progress_view::~progress_view() {
    if (drawer_.joinable()) {
        drawer_.request_stop();
        drawer_.join();
    }
    out_.set_animation("");
}

stage_progress progress_view::track(std::size_t index, const std::string& label) {
    {
        const std::lock_guard lock(mutex_);
        lines_[index].label = printable(label);
    }
    return [this, index](stage reached, int step, int steps) {
        const std::lock_guard lock(mutex_);
        auto& own = lines_[index];
        own.reached = reached;
        own.step = step;
        own.steps = steps;
        if (debug_) log(own);
    };
}

void progress_view::log(const line& own) {
    const auto elapsed = std::chrono::duration<double>(std::chrono::steady_clock::now() - began_);
    out_.message(fmt::format("debug: {:8.3f} s  {}: {} {}/{}", elapsed.count(), own.label,
                             word(own.reached), own.step, own.steps));
}

void progress_view::finished(std::size_t index) {
    {
        const std::lock_guard lock(mutex_);
        lines_.erase(index);
        ++done_;
    }
    redraw();
}

void progress_view::advanced() {
    {
        const std::lock_guard lock(mutex_);
        ++done_;
    }
    redraw();
}

// At once, so that the last step of the bar is seen.
void progress_view::redraw() {
    if (drawer_.joinable()) out_.set_animation(drawn(out_.columns()));
}

std::string progress_view::drawn(int columns) {
    const std::lock_guard lock(mutex_);
    const auto width = std::size_t(std::max(20, columns - 1));
    std::string text;
    std::size_t shown = 0;
    // Those that wait come last: with many servers only a part of the lines has room.
    for (const bool waits : {false, true})
        for (const auto& [index, own] : lines_) {
            if ((own.reached == stage::waiting) != waits || shown == rows_max) continue;
            std::string row = fmt::format("  {:<10}", word(own.reached));
            if (own.steps > 0) row += fmt::format("{:>3}/{:<3} ", own.step, own.steps);
            text += cut(row + own.label, width) + "\n";
            ++shown;
        }
    if (lines_.size() > shown) text += fmt::format("  and {} more\n", lines_.size() - shown);
    const auto elapsed = std::chrono::duration<double>(std::chrono::steady_clock::now() - began_);
    std::string row =
        fmt::format("{} {}/{}", bar(double(done_) / double(total_), bar_cells), done_, total_);
    if (done_ > 0 && done_ < total_)
        row += fmt::format("  about {:.0f} s left",
                           elapsed.count() / double(done_) * double(total_ - done_));
    return text + cut(row, width) + "\n";
}

}  // namespace medusa
