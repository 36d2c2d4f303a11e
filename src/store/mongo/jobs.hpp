// Submissions and jobs as documents: the record inside, and beside it what is asked for.
//
//   medusa_submissions  {_id, userId, ownerKey, fingerprint, createdMs, sequence, state, round,
//                        record}
//   medusa_jobs         {_id, submissionId, userId, state, priority, notBeforeMs, updatedMs,
//                        revision, sequence, record, outbox}
//   medusa_turns        {_id: userId, turn}
//
// A submission is `collecting` until all of its jobs are in, each of them `hidden`; then it is
// `accepted`, which is the one change that decides, and its jobs are shown; when they all are, it
// is `open`. A batch that goes on is `accepted` again, in the next round. Whoever finds one that is
// accepted shows its jobs: see release().
//
// A job's `outbox` holds its ends that no webhook was told of, put there by the very change that
// ends it: [{state, revision, atMs}]. It goes when they have become deliveries: webhooks.cpp.
//
// Any thread, any process. Errors: see mongo_store.hpp.
#pragma once

#include <optional>
#include <string>

#include "store/mongo/database.hpp"

namespace medusa::mongo {

inline constexpr auto collecting = "collecting";
inline constexpr auto accepted = "accepted";
inline constexpr auto opened = "open";
inline constexpr auto hidden = "hidden";  // a job's state, beside those of job_state
inline constexpr auto outbox_field = "outbox";

// What a change of a job sets.
object changing_fields_of(const job& one);
// A job's end as its outbox has it.
object end_in_outbox(job_state state, std::int64_t revision, time_point at);

job job_from(const document& stored);
// The same, but empty for a damaged record.
std::optional<job> readable_job(const document& stored);
submission submission_from(const document& stored);

std::optional<job> find_job(database& on, const std::string& id);

// Shows the jobs of a submission that is accepted. May be done twice, and at once.
void release(database& on, const document& submission);
// Those that a crash left so; returns how many.
std::size_t release_accepted(database& on);

}  // namespace medusa::mongo
