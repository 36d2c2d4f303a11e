#include "cli/moving_view.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cli/numbers.hpp"
#include "cli/progress.hpp"
#include "core/text.hpp"

namespace medusa {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;

constexpr auto frame_time = 100ms;
constexpr int bar_cells = 24;
constexpr int some_failed = 5;
constexpr double mebibyte = 1 << 20;

json::object as_json(const amount& of) {
    return {{"moved", of.moved}, {"same", of.same}};
}

std::string told(std::string_view what, std::uint64_t done, std::uint64_t total) {
    if (what == "bytes")
        return fmt::format("{:.1f}/{:.1f} MiB", double(done) / mebibyte, double(total) / mebibyte);
    return fmt::format("{}/{} {}", done, total, what);
}

}  // namespace

moving_view::moving_view(terminal& out) : out_(out) {}

moving_view::~moving_view() {
    out_.set_animation("");
}

move_context moving_view::context(std::stop_token stop) {
    return {[this](std::string_view what, std::uint64_t done, std::uint64_t total) {
                show(what, done, total);
            },
            std::move(stop)};
}

void moving_view::show(std::string_view what, std::uint64_t done, std::uint64_t total) {
    if (!out_.animated() || total == 0) return;
    const std::lock_guard lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    if (what_ != what) {
        what_ = what;
        began_ = now;
    } else if (now - drawn_ < frame_time && done < total) {
        return;
    }
    drawn_ = now;
    const auto part = double(done) / double(total);
    auto line = fmt::format("{} {}", bar(part, bar_cells), told(what, done, total));
    const std::chrono::duration<double> elapsed = now - began_;
    if (done > 0 && done < total)
        line += fmt::format("  about {:.0f} s left", elapsed.count() * (1 / part - 1));
    out_.set_animation(line + "\n");
}

json::array to_result(const std::vector<trouble>& troubles) {
    json::array rows;
    for (const auto& one : troubles)
        rows.push_back({{"kind", to_string(one.kind)}, {"what", one.what}, {"why", one.why}});
    return rows;
}

json::object to_result(const move_report& report) {
    return {{"found", report.found},
            {"characters", as_json(report.characters)},
            {"images", as_json(report.images)},
            {"files", as_json(report.files)},
            {"bytes", report.bytes},
            {"troubles", to_result(report.troubles)}};
}

std::string told_amounts(std::size_t characters, std::size_t images, std::size_t files) {
    return fmt::format("{}, {} and {}", counted(characters, "character"), counted(images, "image"),
                       counted(files, "file"));
}

void tell_troubles(terminal& out, const std::vector<trouble>& troubles) {
    for (const auto& one : troubles)
        out.warning(printable(fmt::format("{}: {}: {}", to_string(one.kind), one.what, one.why)));
}

int exit_code_of(const move_report& report) {
    return report.troubles.empty() ? 0 : some_failed;
}

}  // namespace medusa
