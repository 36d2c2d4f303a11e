// Progress on a terminal: one line for each character in work, as far as there is room, and a bar
// over all of them.
// Stages arrive from any thread; a thread of its own draws ten times a second, and only where
// stderr is a terminal. With debug logging each stage is a message instead.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

#include "cli/terminal.hpp"
#include "pipeline/parts.hpp"

namespace medusa {

class progress_view {
public:
    // `total` characters or images are to be made.
    progress_view(terminal& out, std::size_t total, bool debug);
    // Removes the lines.
    ~progress_view();

    // The progress function of one character's story; `label` is its name.
    stage_progress track(std::size_t index, const std::string& label);
    // The character at `index` is through, well or badly.
    void finished(std::size_t index);
    // One more of a story that makes several is there; its line stays.
    void advanced();

private:
    struct line {
        std::string label;
        stage reached = stage::waiting;
        int step = 0;
        int steps = 0;
    };

    void redraw();
    std::string drawn(int columns);
    void log(const line& own);

    terminal& out_;
    const std::size_t total_;
    const bool debug_;
    const std::chrono::steady_clock::time_point began_;
    std::mutex mutex_;
    std::map<std::size_t, line> lines_;  // those in work
    std::size_t done_ = 0;
    std::jthread drawer_;
};

// A bar of `width` cells of which `part` (0 to 1) is filled.
std::string bar(double part, int width);

}  // namespace medusa
