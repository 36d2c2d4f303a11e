// Runs the story of one job, from its lease to what the queue is told of its end.
//
// Owned by the worker, used by all its runner threads at once; one call a job.
#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "worker/queue_trouble.hpp"
#include "worker/running_story.hpp"
#include "worker/spool.hpp"
#include "worker/worker.hpp"

namespace medusa {

class story_runner {
public:
    story_runner(const worker_parts& with, const worker_watcher& watcher, const spool& kept,
                 queue_trouble& trouble)
        : with_(with), watcher_(watcher), kept_(kept), trouble_(trouble) {}

    // Returns when the job has ended, or is the queue's again. What goes wrong in the story is the
    // job's failure. Throws when the queue cannot be told of the end, tried until `at_last`.
    void run(running_story& story, const std::stop_token& at_last);
    // Gives up what a job took that has ended.
    void tidy_up(const job& ended, const std::stop_token& stop);

private:
    class course;
    struct made_with {
        const pipeline_parts& parts;
        job_surroundings around;
    };

    std::vector<std::string> tell_story(course& of);
    void close(course& of, const std::vector<std::string>& notes,
               const std::optional<error>& failure, const std::stop_token& at_last);
    using end_of_story = std::function<void(const pipeline_parts&, const job&)>;
    void with_parts_of(const job& one, const end_of_story& end, const std::stop_token& stop);
    made_with parts_of(const job& one, const std::stop_token& stop);
    job_surroundings surroundings_of(const std::string& submission_id, const std::stop_token& stop);

    const worker_parts& with_;
    const worker_watcher& watcher_;
    const spool& kept_;
    queue_trouble& trouble_;
    std::mutex mutex_;
    std::map<std::string, job_surroundings> known_;  // by submission; guarded by mutex_
};

}  // namespace medusa
