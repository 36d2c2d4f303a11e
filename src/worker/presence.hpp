// Who is at work on this machine: each worker holds a lock that the system takes from it when it
// dies, however it dies. Workers of other machines are known by their heartbeats alone.
//
// One worker_lock a worker, owned by run_worker(); any thread.
#pragma once

#include <atomic>
#include <filesystem>
#include <string>
#include <vector>

#include "core/files.hpp"

namespace medusa {

// Holds the lock as long as it lives. Throws error(storage).
class worker_lock {
public:
    worker_lock(const std::filesystem::path& data, const std::string& worker);
    ~worker_lock();
    worker_lock(const worker_lock&) = delete;
    worker_lock& operator=(const worker_lock&) = delete;

    // The file will not be removed: jobs are left in this worker's name, and whoever finds it
    // without its lock knows that they are nobody's.
    void stay() { stays_ = true; }

private:
    std::filesystem::path path_;
    descriptor file_;
    std::atomic<bool> stays_ = false;
};

// True: it is certain that the worker of this name has ended. False: it lives, or it cannot be told
// from here, because it runs on another machine or with another data folder.
bool is_dead(const std::filesystem::path& data, const std::string& worker);

// Every worker that holds a lock in this data folder, or died with one.
std::vector<std::string> known_workers(const std::filesystem::path& data);

// Removes the lock file of a worker that is dead.
void forget_worker(const std::filesystem::path& data, const std::string& worker) noexcept;

}  // namespace medusa
