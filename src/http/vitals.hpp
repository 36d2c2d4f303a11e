// How the parts behind the service are, for /readyz and /metrics: asked at most once a second, by
// one request at a time, so that no number of probes can hold the service up.
//
// Made in app/, borrowed by the service; any thread. Throws nothing of what the parts throw.
#pragma once

#include <chrono>
#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "job/job_feed.hpp"
#include "job/queue.hpp"
#include "metrics/metrics.hpp"

namespace medusa::http {

// The newest answer to one question.
template <class Answer>
class kept_answer {
public:
    // The answer, asked for anew when it is older than a second and nobody asks just now. Empty
    // when there is none of the last ten seconds: who was asked does not answer.
    std::optional<Answer> get(const std::function<Answer()>& ask) {
        std::unique_lock lock(mutex_);
        const auto began = std::chrono::steady_clock::now();
        const bool fresh = answer_ && began - asked_at_ < std::chrono::seconds(1);
        if (fresh) return answer_;
        if (asking_) {
            // The first answer is worth a moment.
            if (!answer_) answered_.wait_for(lock, std::chrono::seconds(1));
            return recent(began);
        }
        asking_ = true;
        lock.unlock();
        std::optional<Answer> made;
        try {
            made = ask();
        } catch (const std::exception&) {
            // As if it had not been asked: the newest answer is soon too old.
        }
        lock.lock();
        asking_ = false;
        if (!made) return recent(began);
        answer_ = std::move(made);
        asked_at_ = std::chrono::steady_clock::now();
        answered_.notify_all();
        return answer_;
    }

private:
    std::optional<Answer> recent(std::chrono::steady_clock::time_point now) const {
        return now - asked_at_ < std::chrono::seconds(10) ? answer_ : std::nullopt;
    }

    std::mutex mutex_;
    std::condition_variable answered_;
    bool asking_ = false;  // guarded by mutex_, as below
    std::optional<Answer> answer_;
    std::chrono::steady_clock::time_point asked_at_{};
};

// A row of /readyz; `failure` is empty where nothing is wrong.
struct vital_sign {
    std::string part;
    std::string failure;  // the stable word of core/error.hpp
};

class vitals {
public:
    // `engine` says how the servers are of the engine that is configured; no feed: null.
    vitals(job_queue& queue, job_feed* feed, std::function<std::vector<server_health>()> engine,
           const clock& time)
        : queue_(queue), feed_(feed), engine_(std::move(engine)), time_(time) {}

    // The database can be written, an image server is there whose breaker is not open, and the feed
    // answers. A cold engine is no reason to send nothing: jobs wait for it.
    std::vector<vital_sign> signs();
    scraped live();

private:
    std::vector<vital_sign> look();

    job_queue& queue_;
    job_feed* const feed_;
    const std::function<std::vector<server_health>()> engine_;
    const clock& time_;
    kept_answer<std::vector<vital_sign>> signs_;
    kept_answer<std::optional<waiting_line>> line_;
};

}  // namespace medusa::http
