// Keeps the leases of a worker's own jobs, and watches over those of the others.
//
// Owned by run_worker(); one thread of it calls look() each second. Throws nothing: a queue that
// cannot be used is tried again at the next look.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "worker/queue_trouble.hpp"
#include "worker/running_story.hpp"
#include "worker/worker.hpp"

namespace medusa {

inline constexpr std::chrono::milliseconds look_pause{1'000};
inline constexpr std::chrono::milliseconds beat_pause{20'000};
// A lease that was not renewed for so long is anybody's.
inline constexpr std::chrono::milliseconds lease_silence{60'000};
// A lease in our own name that no story of ours knows: the queue's answer to it was lost.
inline constexpr std::chrono::milliseconds answer_lost{5'000};
// Who could not look for so long was stopped, or the queue was gone: silence of others proves
// nothing then.
inline constexpr std::chrono::milliseconds absence{10'000};

// Shared with the thread that runs the story, and outlived by neither.
using story_list = std::vector<std::shared_ptr<running_story>>;

class keeper {
public:
    struct terms {
        std::string worker;
        std::filesystem::path data;
        std::function<story_list()> running;         // the stories of this worker
        std::function<void(const job&)> taken_back;  // from another worker, as it is now
        job_feed* feed = nullptr;                    // is told of progress
    };

    keeper(job_queue& queue, timer& time, queue_trouble& trouble, terms own)
        : queue_(queue), time_(time), trouble_(trouble), own_(std::move(own)) {}

    void look();

private:
    struct tended {
        job newest;
        std::chrono::milliseconds beaten_at;
    };
    struct sign_of_life {
        std::int64_t beats = 0;
        std::chrono::milliseconds at{0};
    };

    void tend(running_story& story);
    void watch(const story_list& stories);
    std::optional<std::string> why_lost(const held_job& one, std::set<std::string>& dead);
    bool silent_for(const held_job& one, std::chrono::milliseconds most);

    job_queue& queue_;
    timer& time_;
    queue_trouble& trouble_;
    const terms own_;
    std::map<std::string, tended> tended_;      // by token, as below
    std::map<std::string, sign_of_life> seen_;  // of leases that no story here has
    std::optional<std::chrono::milliseconds> looked_at_;
    bool is_swept_ = false;
};

}  // namespace medusa
