#include "engine/pool/pool.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "engine/pool/errand.hpp"

namespace medusa {
namespace {

// How long a command waits for servers to say how they are.
constexpr milliseconds survey_patience{20'000};
// One picture is drawn and one waits behind it.
constexpr int pictures_a_server = 2;

class server_pool final : public engine_pool {
public:
    explicit server_pool(pool_parts parts)
        : with_(std::move(parts)),
          budget_(with_.pauses),
          servers_(with_.members, with_.dialects, with_.pauses, system_random()) {}

    picture render(const picture_request& request, const progress_sink& progress,
                   std::stop_token stop) override {
        return errand(with_, servers_, budget_, request, progress, std::move(stop)).run();
    }

    int parallel() const override { return pictures_a_server * int(with_.members.size()); }

    std::vector<server_health> health() override { return servers_.health(); }

    std::vector<server_status> survey(std::stop_token stop) override {
        return servers_.survey(survey_patience, std::move(stop));
    }

    std::string check() override {
        const auto found = servers_.survey(survey_patience, {});
        const auto bad = std::find_if(found.begin(), found.end(),
                                      [](const auto& one) { return one.state != "ready"; });
        if (bad != found.end())
            throw error(
                errc::unavailable,
                bad->reason.empty()
                    ? fmt::format("RunPod connection failed: {} has not answered yet", bad->label)
                    : bad->reason,
                bad->advice, "engine");
        return fmt::format("{} of {} servers ready", found.size(), found.size());
    }

private:
    const pool_parts with_;
    retry_budget budget_;
    turnstile servers_;
};

}  // namespace

std::unique_ptr<engine_pool> make_engine_pool(pool_parts parts) {
    return std::make_unique<server_pool>(std::move(parts));
}

}  // namespace medusa
