#include "http/jobs.hpp"

#include <fmt/format.h>

#include <charconv>

#include "core/ids.hpp"
#include "core/text.hpp"
#include "http/handlers.hpp"
#include "http/json_body.hpp"
#include "http/pages.hpp"
#include "job/outlook.hpp"
#include "job/reason.hpp"

namespace medusa::http {
namespace {

namespace json = boost::json;

job owned(const service& with, const call& of) {
    const auto& id = of.names.at(0);
    auto found = is_uuid(id) ? with.queue.find(id) : std::nullopt;
    if (!found || found->owner.user_id != of.who.owner.user_id)
        throw error(errc::not_found, fmt::format("there is no job {}", printable(id)));
    return std::move(*found);
}

job_state state_from(const std::string& word) {
    if (const auto state = job_state_from(word)) return *state;
    throw error(errc::invalid_argument, "there is no such job state",
                "There are queued, leased, done, failed, cancelled, dead");
}

json::object told(const job_event& one) {
    return {{"sequence", one.sequence},
            {"at", to_rfc3339(one.at)},
            {"what", one.what},
            {"detail", one.detail}};
}

json::object told(const job_progress& how_far) {
    return {{"doing", how_far.doing}, {"step", how_far.step}, {"steps", how_far.steps}};
}

void add(json::object& document, const std::optional<outlook>& ahead) {
    if (!ahead) return;
    document["position"] = ahead->position;
    if (ahead->left) document["etaSeconds"] = ahead->left->count();
}

std::string progress_event(const job& one, const std::optional<outlook>& ahead) {
    auto data = told(one.progress);
    data["state"] = to_string(one.status.state);
    data["stage"] = to_string(one.status.stage);
    add(data, ahead);
    return fmt::format("event: progress\ndata: {}\n\n", json::serialize(data));
}

}  // namespace

json::object told(const job& one) {
    json::array failures;
    for (const auto& failure : one.failures)
        failures.push_back(json::object{{"at", to_rfc3339(failure.at)},
                                        {"stage", to_string(failure.stage)},
                                        {"code", failure.code},
                                        {"detail", failure.detail},
                                        {"advice", failure.advice}});
    json::array events;
    for (const auto& event : one.events) events.push_back(told(event));
    json::object document{
        {"id", one.id},
        {"batch", one.submission_id},
        {"kind", std::holds_alternative<character_request>(one.request) ? "character" : "image"},
        {"state", to_string(one.status.state)},
        {"stage", to_string(one.status.stage)},
        {"progress", told(one.progress)},
        {"attempts", one.status.attempts},
        {"failures", std::move(failures)},
        {"events", std::move(events)},
        {"notes", json::array(one.notes.begin(), one.notes.end())},
        {"createdAt", to_rfc3339(one.created_at)},
        {"updatedAt", to_rfc3339(one.updated_at)},
    };
    if (const auto* wanted = std::get_if<image_request>(&one.request))
        document["characterId"] = wanted->character_id;
    return document;
}

error told_to_client(const job& ended) {
    const auto reason = reason_of(ended);
    auto code = reason.code();
    if (ended.status.state == job_state::cancelled) code = errc::conflict;
    // That a server behind us refused our sign-in says nothing of the caller's.
    if (code == errc::unauthorized || code == errc::cancelled) code = errc::unavailable;
    return {code, reason.detail(), reason.advice()};
}

std::pair<std::string, std::int64_t> events_after(const job& one, std::int64_t after,
                                                  time_point now) {
    std::string text;
    for (const auto& event : one.events) {
        if (event.sequence <= after) continue;
        after = event.sequence;
        text +=
            fmt::format("id: {}\nevent: {}\ndata: {}\n\n", event.sequence,
                        has_ended(one.status.state) && &event == &one.events.back() ? "end" : "job",
                        json::serialize(told(event)));
    }
    if (one.status.state == job_state::leased && !one.progress.doing.empty())
        text += progress_event(one, outlook{.left = drawn_in(one, now)});
    return {std::move(text), after};
}

answer list_jobs(const service& with, const call& of) {
    const auto wanted = page_of(of.asked);
    job_query query;
    query.user_id = of.who.owner.user_id;
    if (const auto state = of.asked.parameter("state")) query.state = state_from(*state);
    if (const auto batch = of.asked.parameter("batch")) {
        if (!is_uuid(*batch)) throw error(errc::invalid_argument, "the batch is no UUID");
        query.submission_id = *batch;
    }
    query.limit = wanted.limit;
    query.before = wanted.before;
    const auto found = with.queue.list(query);
    json::array rows;
    for (const auto& one : found) rows.push_back(told(one.found));
    std::optional<std::int64_t> last;
    if (found.size() == wanted.limit) last = found.back().cursor;
    return listed(std::move(rows), last);
}

answer get_job(const service& with, const call& of) {
    const auto one = owned(with, of);
    auto document = told(one);
    add(document, outlook_of(with.queue, one, with.time.now()));
    return json_response(document);
}

answer job_events(const service& with, const call& of) {
    const auto one = owned(with, of);
    event_stream wanted{one.id};
    const auto seen = of.asked.header("last-event-id");
    std::from_chars(seen.data(), seen.data() + seen.size(), wanted.after);
    // While others are before it, nothing happens to it that would be an event.
    if (one.status.state == job_state::queued)
        wanted.at_first = progress_event(one, outlook_of(with.queue, one, with.time.now()));
    return wanted;
}

answer cancel_job(const service& with, const call& of) {
    const auto one = owned(with, of);
    json_body(of.asked.body).expect_whole();
    return json_response(told(with.queue.cancel(one.id, of.who.owner.user_id)));
}

answer retry_job(const service& with, const call& of) {
    const auto one = owned(with, of);
    json_body(of.asked.body).expect_whole();
    return json_response(told(with.queue.retry(one.id, of.who.owner.user_id)));
}

}  // namespace medusa::http
