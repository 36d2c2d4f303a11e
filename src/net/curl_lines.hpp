// Part of the HTTP client: curl's handles with their open connections, lent to one request at a
// time.
//
// Owned by the client; any thread may take and give back. Errors: error(internal) when curl cannot
// make a handle.
#pragma once

#include <curl/curl.h>

#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace medusa {

// A multi handle of its own beside each easy handle: it keeps the connection between requests, and
// unlike curl_easy_perform() it can be woken from another thread.
struct curl_line {
    std::string origin;
    std::unique_ptr<CURLM, decltype(&curl_multi_cleanup)> multi;
    std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> easy;
};

class curl_lines {
public:
    // One that was used for `origin` before, so that its connection is open already, or a new one.
    std::unique_ptr<curl_line> take(const std::string& origin);
    // Kept for the next request; the one that was idle longest goes when there are too many.
    void give_back(std::unique_ptr<curl_line> line);

private:
    static constexpr std::size_t idle_max = 128;

    std::mutex mutex_;
    std::vector<std::unique_ptr<curl_line>> idle_;  // the latest used at the end
};

}  // namespace medusa
