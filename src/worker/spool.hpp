// Pictures that are drawn and not yet recorded, in files of this machine: a story that is run again
// finds its picture here, and no GPU is paid twice.
//
// Owned by the worker; any thread, any process: a picture belongs to its job, and one worker at a
// time has that. A power failure may lose what was kept last; it is drawn again then.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "pipeline/checkpoints.hpp"

namespace medusa {

struct spool_key {
    std::string job_id;  // UUID
    int index = 0;       // which picture of the job
    // What was asked for, as a digest: a job that is asked for something else by now has no picture
    // here.
    std::string asked;
};

class spool {
public:
    explicit spool(std::filesystem::path folder) : folder_(std::move(folder)) {}

    // Throws error(storage).
    void keep(const spool_key& key, const rendered_picture& one) const;
    // Empty where there is none, or it is damaged, or of something else.
    std::optional<rendered_picture> find(const spool_key& key) const;
    // Nothing there is fine, and so is a file that cannot be removed: it is swept one day.
    void forget(const std::string& job_id, int index) const noexcept;
    // Removes what belongs to jobs that have no more need of it: they went on elsewhere. Throws
    // what `is_needed` throws; then some are left for the next time.
    void clean(const std::function<bool(const std::string& job_id)>& is_needed) const;

private:
    std::filesystem::path file_of(const std::string& job_id, int index, const char* ending) const;

    std::filesystem::path folder_;
};

}  // namespace medusa
