// What is known of one prompt on a ComfyUI server, and what to ask next: a state machine without
// I/O, fed with frames and replies.
//
// The history is the truth. A frame is a hint that it is worth a look: frames come from a server
// that can go deaf, be cut off, or announce the end before the history is written. Gone for good is
// only what neither history nor queue nor history again knows, twice.
// Owned by the call that waits for the prompt; its mutex is that call's affair. Nothing throws.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "engine/comfyui/messages.hpp"

namespace medusa::comfyui {

using milliseconds = std::chrono::milliseconds;

// When waiting becomes pointless.
struct patience {
    // Runs, frames used to come, and none came for so long: the worker is dead.
    // Loading a large model from a network disk takes minutes without a word.
    milliseconds still_max{10 * 60'000};
    // The same where no frames can be heard, so that only the queue can show movement.
    milliseconds deaf_still_max{20 * 60'000};
    // The server answers nothing for so long.
    milliseconds unreachable_max{15'000};
};

class prompt_protocol {
public:
    enum class step {
        wait,         // until `at`, or until a frame comes
        ask_history,  // and tell it by see()
        ask_queue,
        over,  // see ending()
    };
    struct todo {
        step what = step::wait;
        milliseconds at{0};
    };
    enum class ending {
        none,
        finished,  // entry() has the files
        failed,    // entry() has the trouble
        interrupted,
        lost,         // the server knows nothing of it
        still,        // nothing moves any more
        unreachable,  // the server cannot be asked
    };
    struct progress {
        bool running = false;
        int before = 0;  // prompts before it in the queue, while it waits
        int step = 0;
        int steps = 0;
        friend bool operator==(const progress&, const progress&) = default;
    };

    // `prompt`: its id as far as we know. `confirmed`: the server said that it took it. `random`
    // gives numbers in [0, 1) for the jitter of pauses.
    prompt_protocol(std::string prompt, bool confirmed, milliseconds now, patience limits = {});

    // The server's own id, and whether it is known to have taken the prompt.
    const std::string& prompt() const { return prompt_; }
    bool confirmed() const { return confirmed_; }
    ending ended() const { return ending_; }
    const history_entry& entry() const { return entry_; }
    const progress& seen() const { return progress_; }

    // The server took the prompt under this id.
    void accepted(const std::string& prompt, milliseconds now);
    // Frames of this prompt can be heard, or not (any more).
    void listening(bool hears, milliseconds now);
    // Frames of other prompts are ignored.
    void see(const frame& told, milliseconds now);
    void see(const std::optional<history_entry>& told, milliseconds now);
    void see(const queue_place& told, milliseconds now);
    // A question stayed without an answer.
    void unanswered(milliseconds now);

    // `unit` in [0, 1): the jitter of the next pause.
    todo next(milliseconds now, double unit);

private:
    enum class look { none, history, queue, history_again };

    void moved(milliseconds now);
    void answered();
    void look_at(milliseconds at);
    void plan_pause(milliseconds now, double unit);

    std::string prompt_;
    bool confirmed_;
    patience limits_;
    ending ending_ = ending::none;
    history_entry entry_;
    progress progress_;
    bool hears_ = false;                     // frames can come
    bool heard_ = false;                     // and one of this prompt did
    bool near_end_ = false;                  // the last step was drawn
    bool over_soon_ = false;                 // a final frame came: the history is about to have it
    bool hinted_ = false;                    // and the history was not asked since
    std::optional<milliseconds> queue_at_;   // when the queue was last asked
    std::string head_;                       // what the server ran when it was last asked
    look look_ = look::none;                 // the question that is due or open
    std::optional<milliseconds> next_look_;  // none: a pause has to be planned
    int pauses_ = 0;                         // since the last movement
    int absences_ = 0;                       // sweeps in a row that found nothing
    milliseconds moved_at_;
    std::optional<milliseconds> unanswered_since_;
};

}  // namespace medusa::comfyui
