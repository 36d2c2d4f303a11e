#include "net/curl_lines.hpp"

#include <algorithm>

#include "core/error.hpp"

namespace medusa {

std::unique_ptr<curl_line> curl_lines::take(const std::string& origin) {
    {
        const std::scoped_lock lock(mutex_);
        const auto found = std::find_if(idle_.rbegin(), idle_.rend(),
                                        [&](const auto& line) { return line->origin == origin; });
        if (found != idle_.rend()) {
            auto line = std::move(*found);
            idle_.erase(std::next(found).base());
            return line;
        }
    }
    auto line = std::make_unique<curl_line>(curl_line{
        origin, {curl_multi_init(), &curl_multi_cleanup}, {curl_easy_init(), &curl_easy_cleanup}});
    if (!line->multi || !line->easy) throw error(errc::internal, "no memory for a connection");
    return line;
}

void curl_lines::give_back(std::unique_ptr<curl_line> line) {
    // The connection belongs to the multi handle, so it survives this.
    curl_easy_reset(line->easy.get());
    std::unique_ptr<curl_line> oldest;  // closed outside of the lock
    const std::scoped_lock lock(mutex_);
    idle_.push_back(std::move(line));
    if (idle_.size() <= idle_max) return;
    oldest = std::move(idle_.front());
    idle_.erase(idle_.begin());
}

}  // namespace medusa
