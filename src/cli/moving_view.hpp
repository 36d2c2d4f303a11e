// What migrate, backup and restore have in common on the terminal: a bar while they work, and the
// report at the end. Progress may come from any thread, all else from the main thread.
#pragma once

#include <boost/json.hpp>
#include <chrono>
#include <mutex>
#include <string>
#include <string_view>

#include "cli/context.hpp"
#include "moving/moving.hpp"

namespace medusa {

class moving_view {
public:
    explicit moving_view(terminal& out);
    // Removes the bar.
    ~moving_view();
    moving_view(const moving_view&) = delete;
    moving_view& operator=(const moving_view&) = delete;

    // Shows progress on it; must not outlive it.
    move_context context(std::stop_token stop);

private:
    void show(std::string_view what, std::uint64_t done, std::uint64_t total);

    terminal& out_;
    std::mutex mutex_;
    std::string what_;
    std::chrono::steady_clock::time_point began_;
    std::chrono::steady_clock::time_point drawn_;
};

// {"found", "characters": {"moved", "same"}, "images", "files", "bytes", "troubles": [...]}
boost::json::object to_result(const move_report& report);
boost::json::array to_result(const std::vector<trouble>& troubles);

// "2 characters, 3 images and 7 files"
std::string told_amounts(std::size_t characters, std::size_t images, std::size_t files);

// Each trouble on a line of its own, on stderr.
void tell_troubles(terminal& out, const std::vector<trouble>& troubles);

// 0, or 5 when some could not be moved.
int exit_code_of(const move_report& report);

}  // namespace medusa
