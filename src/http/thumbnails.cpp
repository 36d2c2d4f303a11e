#include "http/thumbnails.hpp"

#include <utility>

namespace medusa::http {

std::optional<open_asset> thumbnails::find(const std::string& picture, int side_px) {
    if (!pictures_.open(picture)) return std::nullopt;
    return kept_.find(picture, side_px);
}

std::optional<open_asset> thumbnails::of(const std::string& picture, int side_px) {
    make_once(picture, side_px);
    return find(picture, side_px);
}

// Who comes first makes it, and everybody gets what came of it, a failure as well.
void thumbnails::make_once(const std::string& picture, int side_px) {
    const std::pair key(picture, side_px);
    std::promise<void> mine;
    std::shared_future<void> made;
    bool is_first = false;
    {
        const std::lock_guard lock(mutex_);
        const auto [row, added] = at_work_.try_emplace(key);
        if (added) row->second = mine.get_future().share();
        made = row->second;
        is_first = added;
    }
    if (is_first) {
        try {
            make(picture, side_px);
            mine.set_value();
        } catch (...) {
            mine.set_exception(std::current_exception());
        }
        const std::lock_guard lock(mutex_);
        at_work_.erase(key);
    }
    made.get();
}

void thumbnails::make(const std::string& picture, int side_px) {
    // Somebody may have made it since this one looked.
    if (kept_.find(picture, side_px)) return;
    const auto png = pictures_.get(picture);
    if (!png) return;
    kept_.keep(picture, side_px, by_->webp(*png, side_px));
    // Who removes a picture forgets its thumbnails after that: one of both sees the other.
    if (!pictures_.open(picture)) kept_.forget(picture);
}

}  // namespace medusa::http
