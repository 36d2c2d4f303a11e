// The life of a job: which state may follow which, and what each failure costs.
//
//   queued ──> leased ──> done          everything that was asked is there
//     ^  │       │  ├───> failed        it can never succeed as it is
//     │  │       │  ├───> dead          attempts used up, or it takes its worker down
//     │  └───────┼──┴───> cancelled     at once while it waits; else as soon as its worker hears
//     └──────────┘                      released, lost, or to be tried again after a pause
//   failed, cancelled, dead ──> queued  by the user: retry
//
// Pure functions on job_status: no clock, no chance, no store. Each throws error(conflict) for a
// state that it cannot be called in; nothing is changed then.
#pragma once

#include "core/clock.hpp"
#include "core/error.hpp"
#include "domain/job.hpp"

namespace medusa::lifecycle {

// Attempts at drawing one picture, and at each later step, which costs no GPU (promise P5).
inline constexpr int render_attempts = 5;
inline constexpr int store_attempts = 20;
// A job whose lease was lost so often at one stage runs alone from then on, so that another job
// that took the worker down is not blamed for it ...
inline constexpr int losses_before_alone = 2;
// ... and one that was lost so often while alone is poison.
inline constexpr int lone_losses_max = 5;

// How many attempts the stage at hand is worth; `tries_max` of the job goes before, if not 0.
int attempts_allowed(const job_status& status, int tries_max);

// True: no other job may run in the process that runs this one.
bool runs_alone(const job_status& status);

// It is dead because it took its worker down again and again.
bool is_poison(const job_status& status);

// A worker takes it.
job_status leased(job_status status);

// A step of the picture at hand is finished. Steps are finished in order; one that was finished
// before changes nothing. What was counted against the step before is forgotten.
job_status reached(job_status status, job_stage stage);

// The picture at hand is whole, and another one is begun.
job_status picture_whole(job_status status);

// All that was asked is there.
job_status succeeded(job_status status);

// The step at hand failed. `unit` is chance, 0 to below 1; `now` the wall clock.
//   throttled, warming, quota: queued again after the pause that the server told, else with full
//       jitter; costs no attempt, unless the job has a tries_max: somebody waits for its answer
//   transient, ambiguous, lost, unavailable, timed_out, storage: costs an attempt; queued again
//       with full jitter, dead when none is left
//   everything else: failed at once
// Where the user wanted it cancelled, it is cancelled whatever happened.
job_status failed(job_status status, const error& failure, int tries_max, time_point now,
                  double unit);

// Its worker gives it back in good order, to stop: costs nothing.
job_status released(job_status status);

// Its worker died or fell silent. Queued again at once, cancelled where that was wanted, or dead.
job_status lost(job_status status);

// The user does not want it any more: cancelled at once while it waits; while it is leased, its
// worker is told. error(conflict) for one that has ended, but twice is once.
job_status cancelled(job_status status);

// Its worker has stopped because of cancel_wanted.
job_status cancel_heard(job_status status);

// The user gives one that has ended without success another life; what is finished stays so.
// error(conflict) for one that is done or under way.
job_status retried(job_status status);

}  // namespace medusa::lifecycle
