// The feed over NATS JetStream: a work queue of tickets, handed to workers as they ask for them.
//
// Owned by app; any thread, one at a time in wait(). Stream and consumer are made where they are
// missing, also when they are lost later; a server that goes away is looked for all the time. The
// library runs threads of its own. Errors, all starting "NATS connection failed: ": those of
// job_feed, unauthorized when the server refuses the sign-in or has no JetStream for this account,
// and invalid_argument for an address that is none. No text of theirs holds a password.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "job/job_feed.hpp"

namespace medusa {

// The names that others may look at, on the server and in docs/cluster.md.
namespace jetstream {
inline constexpr auto stream = "MEDUSA_JOBS";
inline constexpr auto tickets_subject = "medusa.jobs";
inline constexpr auto consumer = "workers";
inline constexpr auto progress_prefix = "medusa.progress.";
}  // namespace jetstream

struct jetstream_settings {
    // nats:// or tls://, where needed with user:password@ or token@; several servers of one cluster
    // are separated by commas.
    std::string url;
    // How long a worker may be silent before its ticket goes to another one, and how often it may.
    std::chrono::milliseconds silence{60'000};
    int deliveries = 20;
    // Told what is odd and was worked around, by whoever waits.
    std::function<void(std::string_view)> notice = [](std::string_view) {};
};

// Waits a moment for the server; one that is not there yet is waited for in the background.
std::unique_ptr<job_feed> make_jetstream_feed(const jetstream_settings& settings);

}  // namespace medusa
