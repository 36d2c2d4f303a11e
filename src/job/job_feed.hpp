// The feed port: turns at jobs for many workers on many machines.
//
// The store is the truth about jobs, and says which one is next; a feed only tells workers when
// there is something to do, and spreads it among them. There is one ticket for each job that waits:
// who holds a ticket may lease one job, whichever is next. So nothing depends on a feed: a ticket
// too many finds no job and is handed in, and tickets that were lost are made anew.
//
// Owned by app; any thread, though only one at a time waits. Errors of every function that does not
// say otherwise: error(unavailable) when the feed cannot be reached just now.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

namespace medusa {

// The right to a turn. One that is destroyed unused goes to another worker after a minute without a
// beat. Its functions throw nothing: what does not arrive is made up for in the same way.
class ticket {
public:
    virtual ~ticket() = default;
    // Its worker lives: called every 20 s.
    virtual void beat() = 0;
    // The turn is over, whatever came of it.
    virtual void done() = 0;
    // Somebody should have this turn after the pause.
    virtual void again_in(std::chrono::milliseconds pause) = 0;
};

// What one ticket stands for.
struct turn {
    std::string key;  // of several tickets with one key within two minutes, only the first counts
    std::string job_id;  // for those who look at the feed; may be empty
};

struct feed_state {
    std::size_t tickets = 0;  // that are not handed in yet, also those that workers hold
    std::uint64_t made = 0;   // since the feed began: grows with each ticket
};

class job_feed {
public:
    virtual ~job_feed() = default;
    // Makes a ticket for each; they are on the disk when it returns. After an error, some may be.
    virtual void announce(std::span<const turn> turns) = 0;
    // The next ticket; empty when none came within `most`, or `stop` was requested.
    virtual std::unique_ptr<ticket> wait(std::chrono::milliseconds most, std::stop_token stop) = 0;
    virtual feed_state state() = 0;
    // Tells whoever listens how far a job is, as JSON. Throws nothing; nobody may hear it.
    virtual void tell(const std::string& job_id, std::string_view progress_json) = 0;
    // One cheap real call: says in a few words what answered.
    virtual std::string check() = 0;
};

}  // namespace medusa
