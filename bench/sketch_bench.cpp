// Times the embedded engine step by step and prints one JSON object. Every figure is the median
// over the 60 people of the sheet "people", each in the next of the eight styles, 1024x1024 pixels;
// wall time and, beside it, processor time of this thread, which a busy machine disturbs less.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <ctime>
#include <fstream>

#include "domain/style.hpp"
#include "engine/sketch/compose.hpp"
#include "engine/sketch/paint.hpp"
#include "engine/sketch/sheet.hpp"

namespace {

using namespace medusa;

constexpr int side_px = 1024;
constexpr int loads = 31;

struct spent {
    double wall_ms = 0, cpu_ms = 0;
};

double cpu_ms() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

template <typename Work>
spent timed(const Work& work) {
    const auto wall = std::chrono::steady_clock::now();
    const double cpu = cpu_ms();
    work();
    const std::chrono::duration<double, std::milli> passed =
        std::chrono::steady_clock::now() - wall;
    return {passed.count(), cpu_ms() - cpu};
}

double median(std::vector<double> all) {
    const auto middle = all.begin() + std::ssize(all) / 2;
    std::ranges::nth_element(all, middle);
    return *middle;
}

std::string medians(const std::vector<spent>& all) {
    std::vector<double> wall, cpu;
    for (const auto& one : all) {
        wall.push_back(one.wall_ms);
        cpu.push_back(one.cpu_ms);
    }
    return fmt::format("{{\"wall\": {:.1f}, \"cpu\": {:.1f}}}", median(wall), median(cpu));
}

// A line of /proc/self/status, in MB: what this program alone holds.
double memory_mb(std::string_view line) {
    std::ifstream status("/proc/self/status");
    for (std::string word; status >> word;)
        if (double kib = 0; word == line && status >> kib) return kib / 1024;
    return 0;
}

struct art {
    sketch::art_files files = sketch::embedded_art();
    sketch::rig tables = sketch::load_rig(files);
    sketch::wardrobe pieces = sketch::load_wardrobe(files);
};

// Drawing (look to SVG), painting (SVG to pixels), writing (pixels to PNG), and all of them.
std::string pictures(const art& from, image_type type) {
    std::vector<spent> drawn, painted, written, whole;
    const auto people = sketch::make_sheet("people", from.files, from.tables, from.pieces);
    std::size_t style = 0;
    for (const auto& person : people.pictures) {
        auto request = person.request;
        request.type = type;
        request.style = styles()[style++ % styles().size()].name;
        std::string svg;
        sketch::drawing plan;
        pixels picture;
        drawn.push_back(timed([&] {
            plan = sketch::plan_drawing(from.tables, from.pieces, request);
            svg = sketch::compose_svg(from.pieces, plan, side_px, side_px);
        }));
        painted.push_back(
            timed([&] { picture = sketch::paint(svg, plan.finish, side_px, side_px); }));
        written.push_back(timed([&] { write_png(picture); }));
        whole.push_back({drawn.back().wall_ms + painted.back().wall_ms + written.back().wall_ms,
                         drawn.back().cpu_ms + painted.back().cpu_ms + written.back().cpu_ms});
    }
    return fmt::format("{{\"svg\": {}, \"render\": {}, \"png\": {}, \"whole\": {}}}",
                       medians(drawn), medians(painted), medians(written), medians(whole));
}

}  // namespace

int main() {
    const auto first = timed([] { art(); });
    std::vector<spent> again;
    for (int i = 0; i < loads; ++i) again.push_back(timed([] { art(); }));
    const art loaded;
    const double art_mb = memory_mb("VmRSS:");
    fmt::print("{{\n  \"art_first_ms\": {{\"wall\": {:.1f}, \"cpu\": {:.1f}}},\n", first.wall_ms,
               first.cpu_ms);
    fmt::print("  \"art_ms\": {},\n", medians(again));
    fmt::print("  \"portrait_ms\": {},\n", pictures(loaded, image_type::portrait));
    fmt::print("  \"full_body_ms\": {},\n", pictures(loaded, image_type::full_body));
    fmt::print("  \"rss_with_art_mb\": {:.0f},\n  \"peak_rss_mb\": {:.0f}\n}}\n", art_mb,
               memory_mb("VmHWM:"));
}
