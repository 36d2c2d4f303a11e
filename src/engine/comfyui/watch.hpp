// One prompt that a call waits for, told of by the feed's thread while the call asks the server.
//
// Owned by the waiting call; told by one other thread. Nothing throws.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>

#include "core/clock.hpp"
#include "engine/comfyui/protocol.hpp"

namespace medusa::comfyui {

// Larger ones are no previews.
inline constexpr std::size_t preview_bytes_max = std::size_t{2} << 20;

class prompt_watch {
public:
    prompt_watch(std::string prompt, bool confirmed, patience limits, timer& time)
        : time_(time), known_(std::move(prompt), confirmed, time.elapsed(), limits) {}

    // From the feed's thread.
    void hear(const frame& told) {
        const std::lock_guard lock(mutex_);
        if (told.what != frame::kind::preview) {
            known_.see(told, time_.elapsed());
        } else if (told.prompt == known_.prompt() && told.image.size() <= preview_bytes_max) {
            preview_ = told.image;
        }
        told_.notify_one();
    }
    void listening(bool hears) {
        const std::lock_guard lock(mutex_);
        known_.listening(hears, time_.elapsed());
        told_.notify_one();
    }

    // Looks at or changes what is known, with the time, while the feed waits.
    template <class Call>
    auto with(Call&& call) {
        const std::lock_guard lock(mutex_);
        return call(known_, time_.elapsed());
    }

    // Until `at`, or a frame, or a stop.
    void wait(milliseconds at, std::stop_token stop) {
        std::unique_lock lock(mutex_);
        const auto before = known_.seen();
        told_.wait_for(lock, stop, at - time_.elapsed(), [&] {
            return preview_ || known_.seen() != before ||
                   known_.next(time_.elapsed(), 0).what != prompt_protocol::step::wait;
        });
    }

    // The newest preview, once.
    std::optional<std::string> take_preview() {
        const std::lock_guard lock(mutex_);
        return std::exchange(preview_, std::nullopt);
    }

private:
    timer& time_;
    std::mutex mutex_;
    std::condition_variable_any told_;
    prompt_protocol known_;
    std::optional<std::string> preview_;
};

}  // namespace medusa::comfyui
