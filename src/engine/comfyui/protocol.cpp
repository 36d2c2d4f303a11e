#include "engine/comfyui/protocol.hpp"

#include <algorithm>

#include "net/retry.hpp"

namespace medusa::comfyui {

namespace {

constexpr int absences_max = 2;
constexpr milliseconds absence_pause{2'500};
// Of a prompt whose arrival is in doubt: there is nothing yet to be gone.
constexpr milliseconds doubt_pause{1'000};
// After a final frame the history is waited for, whatever the queue says.
constexpr milliseconds over_soon_max{10'000};
constexpr milliseconds near_end_pause{1'500};
// Between the final frame and the history there are milliseconds; doubled from look to look.
constexpr milliseconds over_soon_pause{100};
constexpr int over_soon_doublings = 6;
// The queue is asked only when the frames say nothing.
constexpr milliseconds quiet_max{4'000};
constexpr milliseconds queue_pause{4'000};
// Pauses start as long as this look's where frames come: they tell more, and sooner.
constexpr int framed_look = 4;

}  // namespace

prompt_protocol::prompt_protocol(std::string prompt, bool confirmed, milliseconds now,
                                 patience limits)
    : prompt_(std::move(prompt)), confirmed_(confirmed), limits_(limits), moved_at_(now) {
    if (!confirmed) look_at(now);
}

void prompt_protocol::look_at(milliseconds at) {
    if (look_ == look::none) look_ = look::history;
    next_look_ = at;
}

void prompt_protocol::moved(milliseconds now) {
    moved_at_ = now;
    absences_ = 0;
    confirmed_ = true;
}

void prompt_protocol::answered() {
    unanswered_since_.reset();
}

void prompt_protocol::accepted(const std::string& prompt, milliseconds now) {
    if (prompt != prompt_) {
        // The server gives its own ids, and may have run it before we knew what to listen for.
        look_at(now);
    } else if (!over_soon_) {
        look_ = look::none;
        next_look_.reset();
    }
    prompt_ = prompt;
    moved(now);
}

void prompt_protocol::listening(bool hears, milliseconds now) {
    if (hears == hears_) return;
    hears_ = hears;
    // What was said while the connection was down is gone.
    if (heard_) look_at(now);
    pauses_ = 0;
}

void prompt_protocol::see(const frame& told, milliseconds now) {
    if (told.prompt != prompt_ || ending_ != ending::none) return;
    heard_ = true;
    moved(now);
    switch (told.what) {
        case frame::kind::started:
        case frame::kind::node:
            progress_.running = true;
            break;
        case frame::kind::step:
            progress_ = {.running = true, .step = told.step, .steps = told.steps};
            near_end_ = told.steps > 0 && told.step >= told.steps;
            if (near_end_) look_at(now + near_end_pause);
            break;
        case frame::kind::success:
        case frame::kind::over:
        case frame::kind::interrupted:
            if (!over_soon_) pauses_ = 0;
            over_soon_ = true;
            hinted_ = true;
            look_ = look::history;
            next_look_ = now;
            break;
        case frame::kind::queue:
        case frame::kind::saved:
        case frame::kind::error:  // not final: the prompt may go on
        case frame::kind::preview:
            break;
    }
}

void prompt_protocol::see(const std::optional<history_entry>& told, milliseconds now) {
    answered();
    if (ending_ != ending::none) return;
    if (told) {
        moved(now);
        entry_ = *told;
        prompt_ = told->prompt;
        switch (told->how) {
            case history_entry::ending::success:
                ending_ = ending::finished;
                break;
            case history_entry::ending::failed:
                ending_ = ending::failed;
                break;
            case history_entry::ending::interrupted:
                ending_ = ending::interrupted;
                break;
        }
        return;
    }
    if (look_ == look::history_again) {
        look_ = look::none;
        next_look_.reset();
        if (over_soon_ && now - moved_at_ < over_soon_max) return;
        ++absences_;
        if (absences_ >= absences_max) {
            ending_ = ending::lost;
        } else {
            look_at(now + (confirmed_ ? absence_pause : doubt_pause));
        }
        return;
    }
    // The final frame came while the question was under way: the answer may be from before it.
    if (hinted_) return look_at(now);
    const bool frames_tell = hears_ && heard_ && now - moved_at_ < quiet_max;
    const bool just_seen =
        confirmed_ && absences_ == 0 && queue_at_ && now - *queue_at_ < queue_pause;
    if (frames_tell || just_seen) {
        look_ = look::none;
        next_look_.reset();
    } else {
        look_ = look::queue;
        next_look_ = now;
    }
}

void prompt_protocol::see(const queue_place& told, milliseconds now) {
    answered();
    queue_at_ = now;
    if (ending_ != ending::none) return;
    if (told.where == queue_place::state::absent) {
        look_ = look::history_again;
        next_look_ = now;
        return;
    }
    look_ = look::none;
    next_look_.reset();
    absences_ = 0;
    confirmed_ = true;
    prompt_ = told.prompt;
    const bool runs = told.where == queue_place::state::running;
    if (runs != progress_.running || told.before != progress_.before || told.head != head_) {
        moved_at_ = now;
    }
    head_ = told.head;
    progress_.running = runs;
    progress_.before = runs ? 0 : told.before;
}

void prompt_protocol::unanswered(milliseconds now) {
    if (ending_ != ending::none) return;
    if (!unanswered_since_) unanswered_since_ = now;
    look_ = look::none;  // a sweep counts only when all of it was answered
    next_look_.reset();
    if (now - *unanswered_since_ >= limits_.unreachable_max) ending_ = ending::unreachable;
}

void prompt_protocol::plan_pause(milliseconds now, double unit) {
    const bool frames_come = hears_ && heard_;
    milliseconds pause = poll_pause(std::max(pauses_, frames_come ? framed_look : 0), unit);
    if (over_soon_) {
        pause = over_soon_pause * (1 << std::min(pauses_, over_soon_doublings));
    } else if (near_end_) {
        pause = near_end_pause;
    }
    if (unanswered_since_) pause = std::min(pause, limits_.unreachable_max / 4);
    ++pauses_;
    look_at(now + pause);
}

prompt_protocol::todo prompt_protocol::next(milliseconds now, double unit) {
    const bool frames_come = hears_ && heard_;
    const auto still_max = frames_come ? limits_.still_max : limits_.deaf_still_max;
    if (ending_ == ending::none && now - moved_at_ >= still_max) ending_ = ending::still;
    if (ending_ != ending::none) return {step::over, now};
    if (!next_look_) plan_pause(now, unit);
    if (*next_look_ > now) return {step::wait, *next_look_};
    if (look_ == look::queue) return {step::ask_queue, now};
    hinted_ = false;
    return {step::ask_history, now};
}

}  // namespace medusa::comfyui
