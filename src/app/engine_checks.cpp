#include "app/engine_checks.hpp"

#include <fmt/format.h>

#include "app/remote_engine.hpp"
#include "core/error.hpp"
#include "engine/sketch/sketch.hpp"

namespace medusa {
namespace {

std::string told(const server_status& one) {
    const auto reason = one.reason.empty()
                            ? fmt::format("RunPod connection failed: {} does not answer", one.label)
                            : one.reason;
    if (one.state != "ready") throw error(errc::unavailable, reason, one.advice, "engine");
    const auto& offers = *one.offers;
    return fmt::format("{}{}{}, {} models, serves {}", offers.dialect,
                       offers.version.empty() ? "" : " ", offers.version,
                       offers.checkpoints.size() + offers.diffusion_models.size(), one.serves);
}

}  // namespace

std::vector<health_check> engine_checks(const config& settings, const log_sink& log) {
    if (!settings.engines.remote())
        return {{"image engine", "sketch, embedded", [] { return make_sketch_engine()->check(); }}};
    std::vector<health_check> checks;
    try {
        for (const auto& one : make_remote_engine(settings.engines, nullptr, log)->survey({}))
            checks.push_back({"image engine", one.label, [one] { return told(one); }});
    } catch (const error& failure) {
        checks.push_back(
            {"image engine", "remote", [failure]() -> std::string { throw error(failure); }});
    }
    return checks;
}

}  // namespace medusa
