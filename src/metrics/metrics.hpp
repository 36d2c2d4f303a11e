// What Prometheus is told of this process: counters that grow from its start, and values that are
// asked for at each scrape. Their names are a contract (docs/operations.md); no label holds an id.
//
// One per process, made in app/, over prometheus-cpp. Any thread; every call is quick and throws
// nothing but std::bad_alloc.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "engine/engine.hpp"
#include "job/queue.hpp"

namespace medusa {

// What is true at the moment of a scrape.
struct scraped {
    std::optional<waiting_line> queue;  // empty: the store could not be asked
    std::vector<server_health> servers;
    time_point now{};
};

class metrics {
public:
    metrics();
    ~metrics();
    metrics(const metrics&) = delete;
    metrics& operator=(const metrics&) = delete;

    // An HTTP request was answered; `route` is its pattern, "none" without one. Of methods that no
    // route has, all are counted as one, so that nobody can make up labels.
    void answered(std::string_view method, std::string_view route, int status,
                  std::chrono::microseconds took);
    // As job_queue_parts::watched.
    void changed(const job_before* before, const job& now);
    // A picture of that job was drawn by an engine, by a server in so many seconds of its GPU.
    void drew(const std::string& job_id, std::string_view engine, double gpu_seconds);
    // So many were spent, and no picture came of it.
    void drew_nothing(double gpu_seconds);
    // A webhook was sent once: "delivered", "failed" and to be tried again, or "dead".
    void tried_webhook(std::string_view outcome);
    void uploaded(std::size_t bytes);
    void retried(std::string_view upstream, failure_class kind);

    // All of it in the text format of Prometheus, version 0.0.4.
    std::string text(const scraped& live) const;

    static constexpr std::string_view content_type = "text/plain; version=0.0.4; charset=utf-8";

private:
    struct families;
    std::unique_ptr<families> told_;
};

}  // namespace medusa
