// The asset store on Cloudinary: the tree of the local folder, as public ids and asset folders.
//
// Owned by app; any thread, several processes on one account. Errors: as the port says, and
// error(unavailable, timed_out, quota, unauthorized) of the service, begun with "Cloudinary upload
// failed", "... download failed" and the like; error(corrupted) where the account changes pictures
// on their way in.
//
// A name that is taken is never overwritten: it counts as stored when Cloudinary's MD5 of it is
// that of our bytes, and is error(conflict) otherwise. Calls whose answer got lost are made again,
// which that rule makes safe. An upload is tried 20 times within its patience, with full jitter and
// a breaker; there is no retry budget, since a picture that cost GPU time is worth its upload.
//
// The Admin API, which has a rate limit, is called by list() and check(), and once a process for
// the account's limits before the first asset that is larger than any plan is sure to take. get()
// passes by the caches of the CDN, so it sees what the last put() stored.
#pragma once

#include <chrono>
#include <memory>
#include <stop_token>

#include "asset/asset_store.hpp"
#include "config/config.hpp"
#include "core/clock.hpp"
#include "core/log.hpp"
#include "net/retry.hpp"

namespace medusa {

inline constexpr int cloudinary_attempts_max = 20;
// No try begins later than that after the first, and no wait for a rate limit lasts longer.
inline constexpr std::chrono::milliseconds cloudinary_patience{10 * 60 * 1'000};
// The limit of the smallest plan, for pictures and for other files.
inline constexpr std::size_t cloudinary_bytes_sure = std::size_t{10} << 20;

struct cloudinary_options {
    cloudinary_config settings;
    std::stop_token stop = {};  // ends what waits or is under way, with error(cancelled)
    std::chrono::milliseconds patience = cloudinary_patience;
    log_sink log = {};
    retry_sink retried = {};
    // Must outlive the store.
    const clock& wall = system_clock();
    timer& time = system_timer();
    unit_random random = system_random();
};

// Throws error(invalid_argument) for credentials of another form; calls nobody.
std::unique_ptr<asset_store> make_cloudinary_asset_store(cloudinary_options options);

}  // namespace medusa
