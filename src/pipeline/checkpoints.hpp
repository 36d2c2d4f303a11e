// What a story has finished, told to whoever runs it, so that nothing is done twice after a crash.
//
// The port of the stories towards the worker, which owns it: one for each story, used by the
// story's thread only. Throws error(cancelled) where the story is to end here, because its job was
// cancelled, given back, or taken away by somebody else: nothing more may be written then.
#pragma once

#include <optional>

#include "core/clock.hpp"
#include "domain/job.hpp"
#include "engine/engine.hpp"

namespace medusa {

struct rendered_picture {
    picture drawn;
    time_point drawn_at{};  // the file's own date: the same picture makes the same file
};

class checkpoints {
public:
    virtual ~checkpoints() = default;
    // The picture of this index if it was drawn before and what was kept of it is whole.
    virtual std::optional<rendered_picture> rendered(int index) = 0;
    // Keeps it, and says that the stage `rendered` is reached.
    virtual void keep(int index, const rendered_picture& one) = 0;
    // A step of the picture at hand is finished.
    virtual void reached(job_stage stage) = 0;
    // The picture of this index is there, and the next one is begun.
    virtual void picture_whole(int index) = 0;
};

// For stories that nobody takes up again: keeps nothing, ends nothing.
checkpoints& no_checkpoints();

}  // namespace medusa
