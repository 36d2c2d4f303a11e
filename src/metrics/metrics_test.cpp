#include "metrics/metrics.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "core/limits.hpp"
#include "metrics/metered.hpp"
#include "support/memory_jobs.hpp"

namespace medusa {
namespace {

using namespace std::chrono_literals;

class metrics_told : public testing::Test {
protected:
    // The value of the series, as it is written; empty: there is none.
    std::string value(const std::string& series, const scraped& live = {}) const {
        const auto text = "\n" + told_.text(live);
        const auto at = text.find("\n" + series + " ");
        if (at == std::string::npos) return {};
        const auto begin = at + series.size() + 2;
        return text.substr(begin, text.find('\n', begin) - begin);
    }

    metrics told_;
};

TEST_F(metrics_told, requests_are_counted_by_route_and_class_of_status) {
    told_.answered("GET", "/api/characters/{id}", 200, 2ms);
    told_.answered("GET", "/api/characters/{id}", 204, 30ms);
    told_.answered("GET", "/api/characters/{id}", 404, 1ms);
    const std::string of = R"({method="GET",route="/api/characters/{id}")";
    EXPECT_EQ(value("medusa_http_requests_total" + of + R"(,status="2xx"})"), "2");
    EXPECT_EQ(value("medusa_http_requests_total" + of + R"(,status="4xx"})"), "1");
    EXPECT_EQ(value("medusa_http_request_duration_seconds_bucket" + of + R"(,le="0.0025"})"), "2");
    EXPECT_EQ(value("medusa_http_request_duration_seconds_count" + of + "}"), "3");
}

TEST_F(metrics_told, nobody_can_make_up_labels) {
    for (int i = 0; i < 50; ++i) told_.answered("M" + std::to_string(i), "none", 405, 1ms);
    EXPECT_EQ(value(R"(medusa_http_requests_total{method="other",route="none",status="4xx"})"),
              "50");
    EXPECT_EQ(told_.text({}).find("M1"), std::string::npos);
}

TEST_F(metrics_told, what_could_not_be_asked_is_not_told) {
    EXPECT_EQ(value("medusa_store_up"), "0");
    EXPECT_EQ(value(R"(medusa_queue_depth{queue="jobs"})"), "");
    const time_point now{100s};
    const scraped live{waiting_line{3, time_point{90s}}, {}, now};
    EXPECT_EQ(value("medusa_store_up", live), "1");
    EXPECT_EQ(value(R"(medusa_queue_depth{queue="jobs"})", live), "3");
    EXPECT_EQ(value("medusa_queue_oldest_age_seconds", live), "10");
    EXPECT_EQ(value("medusa_queue_oldest_age_seconds", {waiting_line{}, {}, now}), "0");
}

TEST_F(metrics_told, servers_that_look_alike_are_told_apart) {
    using breaker = server_health::breaker;
    const scraped live{{},
                       {{"pod", true, breaker::closed},
                        {"pod", false, breaker::open},
                        {"new", {}, breaker::closed}},
                       {}};
    EXPECT_EQ(value(R"(medusa_engine_up{server="pod"})", live), "1");
    EXPECT_EQ(value(R"(medusa_engine_up{server="pod #2"})", live), "0");
    EXPECT_EQ(value(R"(medusa_engine_up{server="new"})", live), "") << "nobody has asked it yet";
    EXPECT_EQ(value(R"(medusa_breaker_state{server="pod #2",state="open"})", live), "1");
    EXPECT_EQ(value(R"(medusa_breaker_state{server="pod #2",state="closed"})", live), "0");
}

// A job's walk through the real queue.
TEST_F(metrics_told, jobs_and_their_stages_are_counted_as_the_queue_changes_them) {
    testing_support::memory_jobs store;
    job_queue queue(
        {store, store, system_clock(), random_ids(), system_random(), nullptr, limits::jobs_waiting,
         [&](const job_before* before, const job& now) { told_.changed(before, now); }});
    submission asked;
    asked.owner = {"anna", "anna"};
    asked.idempotency_key = "once";
    const asked_job wish{.request = character_request{}};
    queue.submit(asked, {wish, wish});
    queue.submit(asked, {wish, wish});
    EXPECT_EQ(queue.waiting().jobs, 2u);
    auto held = queue.lease("worker", {}, true).value();
    told_.drew(held.id, "comfyui", 1.5);
    queue.beat(held);
    queue.reached(held, job_stage::rendered);
    queue.reached(held, job_stage::uploaded);
    queue.succeeded(held, {});
    auto other = queue.lease("worker", {}, true).value();
    queue.failed(other, error(errc::unavailable, "no"));
    const auto jobs = [&](const char* state) {
        return value(std::string("medusa_jobs_total{kind=\"character\",state=\"") + state + "\"}");
    };
    EXPECT_EQ(jobs("queued"), "3") << "two accepted, the repeated call none, one tried again";
    EXPECT_EQ(jobs("leased"), "2");
    EXPECT_EQ(jobs("done"), "1");
    for (const char* stage : {"rendered", "uploaded"})
        EXPECT_EQ(value(std::string("medusa_stage_duration_seconds_count{engine=\"comfyui\","
                                    "stage=\"") +
                        stage + "\"}"),
                  "1");
    EXPECT_EQ(value(R"(medusa_gpu_seconds_total{engine="comfyui"})"), "1.5");
    EXPECT_EQ(told_.text({}).find(held.id), std::string::npos) << "no id in labels";
}

TEST_F(metrics_told, retries_and_uploads_add_up) {
    told_.retried("cloudinary", failure_class::throttled);
    told_.retried("cloudinary", failure_class::throttled);
    told_.uploaded(1'000);
    told_.uploaded(24);
    EXPECT_EQ(value(R"(medusa_retries_total{class="throttled",upstream="cloudinary"})"), "2");
    EXPECT_EQ(value("medusa_upload_bytes_total"), "1024");
    told_.tried_webhook("failed");
    EXPECT_EQ(value(R"(medusa_webhook_tries_total{outcome="failed"})"), "1");
    EXPECT_NE(value("process_resident_memory_bytes"), "0");
}

// A server that tells of one step, and then draws nothing.
class failing_server final : public image_engine {
public:
    picture render(const picture_request&, const progress_sink& progress,
                   std::stop_token) override {
        if (begins) progress({.reached = render_progress::state::drawing, .step = 1, .steps = 20});
        std::this_thread::sleep_for(2ms);
        throw error(errc::unavailable, "the server is gone");
    }
    int parallel() const override { return 1; }
    std::vector<server_health> health() override {
        return {{"pod", {}, server_health::breaker::closed}};
    }
    std::string check() override { return {}; }
    bool begins = false;
};

TEST_F(metrics_told, what_was_drawn_for_nothing_counts_too) {
    auto inside = std::make_unique<failing_server>();
    auto* server = inside.get();
    const auto engine = metered(std::move(inside), told_);
    const std::string spent = R"(medusa_gpu_seconds_total{engine="none"})";
    EXPECT_THROW(engine->render({}, {}, {}), error);
    EXPECT_EQ(value(spent), "") << "nothing was begun";
    server->begins = true;
    EXPECT_THROW(engine->render({}, {}, {}), error);
    EXPECT_GE(std::stod("0" + value(spent)), 0.002);
}

TEST_F(metrics_told, threads_count_at_once) {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([this] {
            for (int i = 0; i < 1'000; ++i) told_.answered("GET", "/healthz", 200, 1ms);
        });
    for (int i = 0; i < 10; ++i) told_.text({});
    threads.clear();
    EXPECT_EQ(value(R"(medusa_http_requests_total{method="GET",route="/healthz",status="2xx"})"),
              "4000");
}

}  // namespace
}  // namespace medusa
