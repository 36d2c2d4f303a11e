#include "metrics/metered.hpp"

#include <atomic>
#include <chrono>
#include <utility>

namespace medusa {
namespace {

using steady = std::chrono::steady_clock;

class metered_engine final : public image_engine {
public:
    metered_engine(std::unique_ptr<image_engine> inside, metrics& told)
        : inside_(std::move(inside)), told_(told) {}

    // A server's GPU is ours from the first step that it tells of to the end, good or bad.
    picture render(const picture_request& request, const progress_sink& progress,
                   std::stop_token stop) override {
        std::atomic<steady::rep> began = 0;
        const auto watched = [&](const render_progress& now) {
            auto none = steady::rep{0};
            if (now.reached == render_progress::state::drawing)
                began.compare_exchange_strong(none, steady::now().time_since_epoch().count());
            if (progress) progress(now);
        };
        const auto spent_seconds = [&] {
            if (began == 0 || inside_->health().empty()) return 0.0;
            const auto drew = steady::now().time_since_epoch() - steady::duration(began.load());
            return std::chrono::duration<double>(drew).count();
        };
        try {
            auto drawn = inside_->render(request, watched, std::move(stop));
            told_.drew(request.job_id, drawn.engine, spent_seconds());
            return drawn;
        } catch (...) {
            told_.drew_nothing(spent_seconds());
            throw;
        }
    }

    int parallel() const override { return inside_->parallel(); }
    std::vector<server_health> health() override { return inside_->health(); }
    std::string check() override { return inside_->check(); }

private:
    const std::unique_ptr<image_engine> inside_;
    metrics& told_;
};

class metered_assets final : public asset_store {
public:
    metered_assets(std::unique_ptr<asset_store> inside, metrics& told)
        : inside_(std::move(inside)), told_(told) {}

    stored_asset put(std::string_view path, std::string_view bytes, if_present present) override {
        auto stored = inside_->put(path, bytes, present);
        told_.uploaded(bytes.size());
        return stored;
    }
    std::optional<std::string> get(std::string_view path) override { return inside_->get(path); }
    std::optional<open_asset> open(std::string_view path) override { return inside_->open(path); }
    void remove(std::string_view path) override { inside_->remove(path); }
    std::vector<asset_entry> entries(std::string_view folder) override {
        return inside_->entries(folder);
    }
    unfinished_writes sweep_unfinished(time_point before, unfinished what) override {
        return inside_->sweep_unfinished(before, what);
    }
    stored_asset locate(std::string_view path) const override { return inside_->locate(path); }
    std::string thumbnail_url(std::string_view path, int side_px) const override {
        return inside_->thumbnail_url(path, side_px);
    }
    std::string check() override { return inside_->check(); }

private:
    const std::unique_ptr<asset_store> inside_;
    metrics& told_;
};

}  // namespace

std::unique_ptr<image_engine> metered(std::unique_ptr<image_engine> inside, metrics& told) {
    return std::make_unique<metered_engine>(std::move(inside), told);
}

std::unique_ptr<asset_store> metered(std::unique_ptr<asset_store> inside, metrics& told) {
    return std::make_unique<metered_assets>(std::move(inside), told);
}

}  // namespace medusa
