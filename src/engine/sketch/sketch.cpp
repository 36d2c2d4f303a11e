#include "engine/sketch/sketch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <mutex>
#include <optional>
#include <thread>

#include "card/png.hpp"
#include "core/error.hpp"
#include "core/limits.hpp"
#include "engine/sketch/compose.hpp"
#include "engine/sketch/loaded_art.hpp"
#include "engine/sketch/mapper.hpp"
#include "engine/sketch/paint.hpp"

namespace medusa {
namespace {

// Raised whenever the same request would give another drawing.
constexpr std::string_view drawing_version = "4";
// The stages that progress is told about: planned, composed, painted, encoded.
constexpr int stages = 4;

void check_side(std::string_view name, int pixels) {
    if (pixels < limits::side_px_min || pixels > limits::side_px_max ||
        pixels % limits::side_px_step != 0)
        throw error(errc::invalid_argument,
                    fmt::format("{} {} is not a multiple of {} from {} to {}", name, pixels,
                                limits::side_px_step, limits::side_px_min, limits::side_px_max));
}

class sketch_engine : public image_engine {
public:
    picture render(const picture_request& request, const progress_sink& progress,
                   std::stop_token stop) override {
        const auto& settings = request.settings;
        check_side("width", settings.width);
        check_side("height", settings.height);
        int done = 0;
        const auto advance = [&] {
            if (stop.stop_requested()) throw error(errc::cancelled, "the picture was cancelled");
            if (progress) progress({.step = ++done, .steps = stages});
        };
        const auto& [tables, pieces] = art();
        auto plan = sketch::plan_drawing(tables, pieces, request);
        advance();
        const auto svg = sketch::compose_svg(pieces, plan, settings.width, settings.height);
        advance();
        const auto painted = sketch::paint(svg, plan.finish, settings.width, settings.height);
        advance();

        picture made;
        made.png = write_png(painted);
        made.width = settings.width;
        made.height = settings.height;
        made.engine = "sketch";
        made.engine_version = drawing_version;
        made.identity_method = "look";
        made.source_type = "algorithmicMedia";
        made.attribution = pieces.heads.at(plan.finish.head).attribution;
        made.notes = std::move(plan.notes);
        if (!settings.model.empty())
            made.notes.push_back("sketch has no models; the one asked for is only recorded");
        advance();
        return made;
    }

    int parallel() const override { return int(std::max(1u, std::thread::hardware_concurrency())); }

    std::vector<server_health> health() override { return {}; }

    std::string check() override {
        picture_request small;
        small.settings.width = small.settings.height = limits::side_px_min;
        render(small, {}, {});
        const auto& pieces = art().pieces;
        return fmt::format("{} head parts, {} garments, {} scenes", pieces.parts.size(),
                           pieces.garments.size(), pieces.scenes.size());
    }

private:
    // Read by the first who draws: a command that draws nothing does not wait for it.
    const sketch::loaded_art& art() {
        std::call_once(read_, [this] { art_.emplace(); });
        return *art_;
    }

    std::once_flag read_;
    std::optional<sketch::loaded_art> art_;
};

}  // namespace

std::unique_ptr<image_engine> make_sketch_engine() {
    return std::make_unique<sketch_engine>();
}

}  // namespace medusa
