// An engine in virtual time: quick, slow, starting, throttled, failing, and one whose pictures get
// lost on the way, by the seed and by the doom of each job.
//
// Owned by the run, one a process; its tasks.
#pragma once

#include <array>

#include "card/png.hpp"
#include "embed/embedder.hpp"
#include "engine/engine.hpp"
#include "sim/rules.hpp"
#include "sim/world.hpp"

namespace medusa::sim {

class simulated_engine final : public image_engine {
public:
    simulated_engine(world& in, process& me, rules& law) : in_(in), me_(me), law_(law) {}

    picture render(const picture_request& request, const progress_sink& progress,
                   std::stop_token stop) override {
        const auto what =
            in_.short_name(request.job_id) + " " + std::to_string(request.image_index);
        me_.call("draw " + what, [&] { law_.draws(me_, request); });
        const auto doomed = law_.doom_of(request.job_id);
        if (doomed == doom::poison) {
            in_.time.sleep(std::chrono::seconds(2), {});
            in_.kill(me_, "of poison");
        } else if (doomed == doom::refused) {
            fail(request, failure_class::permanent, drawing::failed);
        } else if (doomed == doom::hopeless) {
            fail(request, failure_class::transient, drawing::failed);
        } else if (in_.happens(in_.now.engine)) {
            have_trouble(request);
        }
        take_time(progress, stop);
        // From here on it is drawn: whoever does not hear of that has to draw it again.
        return me_.call("fetch " + what, [&] {
            law_.drew(me_, request.job_id, drawing::drawn);
            return drawn(request);
        });
    }
    int parallel() const override { return 2; }
    std::vector<server_health> health() override { return {}; }
    std::string check() override { return {}; }

private:
    [[noreturn]] void fail(const picture_request& request, failure_class kind, drawing how,
                           milliseconds wait = {}) {
        in_.note(me_.name, "the engine fails");
        law_.drew(me_, request.job_id, how);
        throw error(errc::unavailable, remote_failure{kind, wait}, "the engine fails");
    }

    void have_trouble(const picture_request& request) {
        switch (in_.between(0, 4)) {
            case 0:
                fail(request, failure_class::throttled, drawing::told_to_wait,
                     std::chrono::seconds(in_.between(1, 5)));
            case 1:
                fail(request, failure_class::warming, drawing::told_to_wait,
                     std::chrono::seconds(in_.between(5, 20)));
            case 2:
                fail(request, failure_class::transient, drawing::failed);
            case 3:
                fail(request, failure_class::lost, drawing::failed);
            default:
                fail(request, failure_class::ambiguous, drawing::failed);
        }
    }

    void take_time(const progress_sink& progress, const std::stop_token& stop) {
        const int kind = in_.between(1, 20);
        const int ms = kind == 1   ? in_.between(60'000, 150'000)
                       : kind <= 6 ? in_.between(5'000, 30'000)
                                   : in_.between(200, 5'000);
        constexpr int steps = 3;
        for (int step = 1; step <= steps; ++step) {
            in_.time.sleep(milliseconds(ms / steps), stop);
            if (me_.is_dead()) throw error(errc::internal, "this process has died");
            if (stop.stop_requested()) {
                in_.note(me_.name, "stops drawing");
                throw error(errc::cancelled, "interrupted");
            }
            progress({.step = step, .steps = steps});
        }
    }

    picture drawn(const picture_request& request) {
        picture one;
        one.width = request.settings.width;
        one.height = request.settings.height;
        one.png = flat(one.width, one.height, in_.between(0, int(shades) - 1));
        one.engine = "simulated";
        one.engine_version = "1";
        one.source_type = "algorithmicMedia";
        return one;
    }

    static constexpr std::size_t shades = 8;
    static const std::string& flat(int width, int height, int shade) {
        static std::array<std::string, shades> all;
        auto& png = all[std::size_t(shade)];
        if (!png.empty()) return png;
        pixels one{width, height, {}};
        one.rgba.assign(std::size_t(width) * std::size_t(height) * 4, std::uint8_t(shade));
        return png = write_png(one);
    }

    world& in_;
    process& me_;
    rules& law_;
};

class flat_embedder final : public embedder {
public:
    std::vector<embedding> embed(std::span<const std::string> texts) override {
        embedding one{};
        one[0] = 1;
        return std::vector<embedding>(texts.size(), one);
    }
    std::string_view model() const override { return "flat"; }
};

}  // namespace medusa::sim
