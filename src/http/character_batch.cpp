#include <fmt/format.h>

#include "core/ids.hpp"
#include "http/character_body.hpp"
#include "http/handlers.hpp"
#include "http/pages.hpp"
#include "http/submitting.hpp"
#include "pipeline/check_request.hpp"

namespace medusa::http {
namespace {

namespace json = boost::json;

// Everything that is wrong anywhere in the batch, so that it is told at once.
struct faults {
    std::vector<bad_field> fields;
    bool refused = false;  // by the policy
};

void add_one(const pipeline_parts& parts, const owner_info& owner, const json::value& row,
             const std::string& pointer, std::vector<asked_job>& jobs, faults& wrong) {
    try {
        json_body body(row, pointer);
        const auto draft = draft_in(body);
        body.expect_whole();
        const character_request wanted{validate(draft)};
        check_request(parts, owner, wanted);
        jobs.push_back({.request = wanted});
    } catch (const bad_body& failure) {
        const auto& fields = failure.fields();
        wrong.fields.insert(wrong.fields.end(), fields.begin(), fields.end());
    } catch (const error& failure) {
        if (failure.code() != errc::invalid_argument && failure.code() != errc::refused) throw;
        wrong.refused = wrong.refused || failure.code() == errc::refused;
        wrong.fields.push_back({pointer, failure.detail()});
    }
}

}  // namespace

// One submission: all of it, or nothing.
answer create_characters(const service& with, const call& of) {
    json_body body(of.asked.body);
    job_surroundings around;
    body.read("engine", around.engine);
    const auto* rows = body.array("characters");
    if (!body.has("characters") || (rows && (rows->empty() || rows->size() > batch_most)))
        body.refuse("characters", fmt::format("must be 1 to {}", batch_most));
    body.expect_whole();
    const auto& parts = with.open(around);
    std::vector<asked_job> jobs;
    faults wrong;
    for (std::size_t i = 0; i < rows->size(); ++i)
        add_one(parts, of.who.owner, (*rows)[i], fmt::format("/characters/{}", i), jobs, wrong);
    if (!wrong.fields.empty())
        throw bad_body(std::move(wrong.fields),
                       wrong.refused ? errc::refused : errc::invalid_argument);
    const auto [accepted, replayed] = hand_in(with, of, around, jobs);
    json::array ids;
    for (std::size_t i = 0; i < accepted.total; ++i)
        ids.emplace_back(derived_uuid(accepted.id, int(i)));
    auto reply = json_response(
        json::object{{"batch", accepted.id}, {"total", accepted.total}, {"jobs", std::move(ids)}},
        202);
    reply.headers = {
        {"Location", fmt::format("/api/jobs?batch={}&limit={}", accepted.id, batch_most)},
        {"Retry-After", "1"}};
    if (replayed) reply.headers.emplace_back(replayed_header, "true");
    return reply;
}

}  // namespace medusa::http
