// Jobs: what a user asked for, and how far it is. Plain values; any thread.
//
// A submission is what was asked at once, by one command or one call: its jobs share the owner, the
// prompt texts and the engine, and are accepted together or not at all. What may happen to a job is
// job/lifecycle.hpp's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/clock.hpp"
#include "domain/character.hpp"
#include "domain/validate.hpp"
#include "domain/workflow.hpp"

namespace medusa {

struct character_request {
    character_draft draft;
    friend bool operator==(const character_request&, const character_request&) = default;
};

struct image_request {
    std::int64_t character_id = 0;
    image_type type = image_type::portrait;
    std::string mood;
    std::string setting;
    std::string prompt;  // what a custom picture shows; added to the others
    int count = 1;       // 1 to limits::images_per_call
    std::optional<std::uint64_t> seed;
    friend bool operator==(const image_request&, const image_request&) = default;
};

// The request with its texts in order. Throws error(invalid_argument) that names the field, its
// limit and what to do.
image_request validate(image_request wanted);

using job_request = std::variant<character_request, image_request>;

// What the door had at hand, so that any worker draws the same.
struct job_surroundings {
    std::string engine;                        // empty: the one that is configured
    std::optional<std::string> positive_text;  // of the prompt files; none: the built-in ones
    std::optional<std::string> negative_text;
    std::optional<checked_workflow> workflow;
    friend bool operator==(const job_surroundings&, const job_surroundings&) = default;
};

struct submission {
    std::string id;  // UUID; of a batch, what `--resume` takes
    owner_info owner;
    job_surroundings surroundings;
    std::string idempotency_key;  // the caller's own, at most 255 characters; empty: none
    std::string fingerprint;      // SHA-256 of all that was asked: tells equal requests
    std::size_t total = 0;        // jobs
    time_point created_at{};
    friend bool operator==(const submission&, const submission&) = default;
};

enum class job_state {
    queued,     // waits for a worker, or for its next try
    leased,     // a worker has it
    done,       // all that was asked is there
    failed,     // it can never succeed as it is: the user must change something
    cancelled,  // by the user
    dead,       // its attempts are used up, or it takes its worker down; kept to be redriven
};

// The last step of the picture at hand that is finished, and never done again.
enum class job_stage {
    accepted,  // nothing yet
    rendered,  // the picture lies in the spool
    uploaded,  // picture, manifest and embedding are in the asset store
    recorded,  // the record is written: the truth
    indexed,   // and search finds it
};

struct job_status {
    job_state state = job_state::queued;
    job_stage stage = job_stage::accepted;
    int pictures = 0;     // that are whole; `stage` speaks of the next one
    int attempts = 0;     // that failed since the last finished stage
    int waits = 0;        // for a server that starts or throttles, since then; cost no attempt
    int losses = 0;       // of leases since then: its worker died, or fell silent
    int lone_losses = 0;  // those that happened while it ran alone
    bool cancel_wanted = false;
    time_point not_before{};  // wall clock
    friend bool operator==(const job_status&, const job_status&) = default;
};

// Who works on a job. The token is the fence: whoever has another one changes nothing.
struct job_lease {
    std::string token;       // UUID; empty: nobody
    std::string worker;      // its name, told by `medusa jobs`
    std::int64_t beats = 0;  // grows while the worker lives
    friend bool operator==(const job_lease&, const job_lease&) = default;
};

struct job_event {
    std::int64_t sequence = 0;  // of this job, from 1
    time_point at{};
    std::string what;    // "queued", "leased", "rendered", "retry", "done" ...
    std::string detail;  // in plain words, may be empty
    friend bool operator==(const job_event&, const job_event&) = default;
};

struct job_failure {
    time_point at{};
    job_stage stage = job_stage::accepted;  // that was finished before
    std::string code;                       // the stable word of core/error.hpp
    std::string detail;
    std::string advice;
    friend bool operator==(const job_failure&, const job_failure&) = default;
};

struct job_progress {
    std::string doing;  // "warming", "waiting", "drawing", "storing", "recording"
    int step = 0;
    int steps = 0;
    friend bool operator==(const job_progress&, const job_progress&) = default;
};

struct job {
    std::string id;  // UUID
    std::string submission_id;
    int index = 0;  // which one of its submission, from 0
    int line = 0;   // of the batch file, from 1; 0: of none
    owner_info owner;
    job_request request;
    int priority = 0;   // among its owner's jobs; the higher is first
    int tries_max = 0;  // attempts a stage; 0: as many as the stage is worth
    job_status status;
    job_lease lease;
    job_progress progress;
    std::vector<job_failure> failures;  // the newest, oldest of them first
    std::vector<job_event> events;      // the newest, oldest of them first
    std::vector<std::string> notes;     // for the user, in plain words
    time_point created_at{};
    time_point updated_at{};
    std::int64_t revision = 0;  // grows with each change that is stored
    friend bool operator==(const job&, const job&) = default;
};

// The words of records, command line and HTTP; empty for an unknown word.
std::string_view to_string(job_state state);
std::string_view to_string(job_stage stage);
std::optional<job_state> job_state_from(std::string_view word);
std::optional<job_stage> job_stage_from(std::string_view word);

// Whether nothing will happen to it any more by itself.
bool has_ended(job_state state);
// Whether a worker lost it, which may be silent only, and still be at work on it.
bool was_lost(const job& one);

}  // namespace medusa
