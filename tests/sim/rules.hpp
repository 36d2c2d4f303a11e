// What must hold whatever happens: looked at with each change, and once all is over.
//
// Owned by a run; its tasks. What a change of a job may be is said here once more, from the words
// of job/lifecycle.hpp and domain/job.hpp, not by their code. A rule that is broken goes to
// world::broken().
#pragma once

#include <map>
#include <set>
#include <string>

#include "engine/engine.hpp"
#include "job/job_leases.hpp"
#include "sim/world.hpp"

namespace medusa::sim {

// What becomes of each drawing of a job.
enum class doom {
    none,
    hopeless,  // fails each time, so that its attempts are used up
    refused,   // fails for good
    poison,    // takes its process down
};

// The name of a character that is to have it.
std::string_view name_of(doom how);

// What an engine did last, as far as it decides what a failure costs.
enum class drawing { none, drawn, failed, told_to_wait };

class rules {
public:
    rules(world& in, job_leases& truth) : in_(in), truth_(truth) {}

    void accepted(const job& one);
    doom doom_of(const std::string& job_id) const;
    // Its user is about to cancel it.
    void unwanted(const std::string& job_id) { unwanted_.insert(job_id); }

    // A change of a job has been stored; `what` is what it tells.
    void changed(const process& by, const job& before, const job& after, const std::string& what);
    // A change came too late.
    void refused(const process& by, const job& stored);
    // It was leased, and nobody heard of it: the answer was lost.
    void unheard(const job& leased);
    // What a job took for its character is given back; what it takes is begun anew.
    void given_up(const std::string& job_id) { given_up_.insert(job_id); }
    void begun(const std::string& job_id) { given_up_.erase(job_id); }
    // The first record of a picture, and of its character with an avatar.
    void recorded(const process& by, const image& picture);
    void draws(const process& by, const picture_request& request);
    void drew(const process& by, const std::string& job_id, drawing how);

    // Once all jobs have ended.
    void ended(const job& one);

private:
    struct lease {
        const process* by = nullptr;
        std::string job_id;
        milliseconds leased_at{0};
        milliseconds beaten_at{0};
        bool is_unheard = false;
        drawing last = drawing::none;
    };
    struct spooled {
        std::string machine;
        std::string job_id;
        int index = 0;
        auto operator<=>(const spooled&) const = default;
    };

    void broken(const std::string& job_id, const std::string& what);
    job_status expected(const process& by, const job& before, const job& after,
                        const std::string& what);
    void expect_fence(const process& by, const job& before, const job& after);
    void expect_silence(const process& by, const lease& of, const job& before);
    void leased(const process& by, const job& after);

    world& in_;
    job_leases& truth_;
    std::map<std::string, doom> dooms_;
    std::set<std::string> unwanted_;
    std::map<std::string, lease> leases_;  // by token
    std::set<spooled> spooled_;
    std::map<std::string, int> ends_;  // done, by job
    std::set<std::string> given_up_;
    std::map<std::string, milliseconds> recorded_;  // since when, by picture
};

}  // namespace medusa::sim
