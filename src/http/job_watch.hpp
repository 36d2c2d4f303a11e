// Tells sessions that a job has changed: those that wait for its end, and those that stream its
// events.
//
// One per service, made in app/. A thread asks the queue for every job that is listened for, twice
// a second, since other processes may run it; the worker of this process tells at once. Any thread.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "job/queue.hpp"

namespace medusa::http {

class job_watch {
public:
    // Called with each newer state, one call at a time, by a thread that must not be held up: hand
    // it on and return. Throws nothing.
    using listener = std::function<void(const job&)>;

    explicit job_watch(job_queue& queue);
    job_watch(const job_watch&) = delete;
    job_watch& operator=(const job_watch&) = delete;

    // `told` hears of the job until the returned ticket is gone; the ticket must not outlive the
    // watch.
    std::shared_ptr<void> listen(const std::string& job_id, listener told);

    // From the worker of this process.
    void changed(const job& newest);

private:
    struct heard {
        std::int64_t revision = -1;
        std::map<std::uint64_t, listener> listeners;
    };

    void look(const std::stop_token& stop);

    job_queue& queue_;
    std::mutex mutex_;
    std::map<std::string, heard> jobs_;  // guarded by mutex_, as below
    std::vector<std::string> fresh_;     // jobs that somebody has just begun to listen for
    std::uint64_t next_ = 0;
    std::condition_variable_any wanted_;
    std::jthread looks_;
};

}  // namespace medusa::http
