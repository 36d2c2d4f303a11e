// How often somebody may ask: a bucket of so many requests for each of them, which fills evenly.
//
// Any thread. Bounded: of more than keys_max the ones who asked longest ago are forgotten, and
// begin with a full bucket.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>
#include <unordered_map>

namespace medusa::http {

struct rate {
    int requests = 0;  // at once, and in each window; 0: no limit
    std::chrono::seconds window{60};
};

// Where somebody stands after asking.
struct standing {
    bool allowed = true;
    std::int64_t left = 0;          // requests that may follow at once
    std::chrono::seconds full{0};   // until all of them may, rounded up
    std::chrono::seconds pause{0};  // until the next one may, rounded up; 0: it may
};

class rate_limit {
public:
    using moment = std::chrono::steady_clock::time_point;

    rate_limit(rate allowed, std::size_t keys_max);

    // Takes one request from the bucket, unless it is empty.
    standing take(const std::string& key, moment now);
    // The same, without taking one.
    standing look(const std::string& key, moment now);
    bool knows(const std::string& key);
    void forget(const std::string& key);

private:
    using buckets = std::unordered_map<std::string, moment>;  // when each is full again
    moment* found(const std::string& key);
    standing stands(moment full, moment now) const;

    const rate rate_;
    const std::chrono::nanoseconds each_;  // fills the bucket by one
    const std::size_t generation_max_;
    std::mutex mutex_;
    // Those who asked of late, and those who did before: the latter go when the former are many.
    buckets young_;
    buckets old_;
};

}  // namespace medusa::http
