#include "store/mongo/jobs.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.hpp"
#include "record/job_json.hpp"
#include "store/mongo/documents.hpp"
#include "store/mongo/failures.hpp"
#include "store/mongo/ports.hpp"

namespace medusa::mongo {
namespace {

namespace json = boost::json;

std::int64_t milliseconds(time_point at) {
    return at.time_since_epoch().count();
}

json::object record_in(const document& stored) {
    auto fields = stored.to_json();
    auto* record = fields.if_contains("record");
    if (!record || !record->is_object()) throw error(errc::corrupted, "it has no record");
    return std::move(record->get_object());
}

// What `next` looks for, for one owner or one submission.
object ready(const char* field, const std::string& value, time_point now, time_point farthest) {
    return {{"state", to_string(job_state::queued)},
            {field, value},
            {"$or", json::array{object{{"notBeforeMs", {{"$lte", milliseconds(now)}}}},
                                object{{"notBeforeMs", {{"$gt", milliseconds(farthest)}}}}}}};
}

const object line_order{{"priority", -1}, {"sequence", 1}};

// The first that can be read: a damaged one may not keep the others waiting.
std::optional<job> first_readable(database& on, const object& filter) {
    for (int passed = 0;; ++passed) {
        const auto found = on.find_one(jobs_in, filter, {{"sort", line_order}, {"skip", passed}});
        if (!found) return std::nullopt;
        if (auto one = readable_job(*found)) return one;
    }
}

// Everybody who has a job that waits, who was served longest ago first.
std::vector<std::string> owners_in_turn(database& on) {
    const auto answer = on.command({{"distinct", jobs_in},
                                    {"key", "userId"},
                                    {"query", {{"state", to_string(job_state::queued)}}}})
                            .to_json();
    std::vector<std::pair<std::int64_t, std::string>> owners;
    for (const auto& one : answer.at("values").as_array())
        owners.emplace_back(0, std::string(one.as_string()));
    for (const auto& turn : on.find(turns_in, {})) {
        const auto user_id = turn.text("_id");
        for (auto& [when, owner] : owners)
            if (owner == user_id) when = turn.to_json()["turn"].to_number<std::int64_t>();
    }
    std::stable_sort(owners.begin(), owners.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    std::vector<std::string> in_turn;
    for (auto& [when, owner] : owners) in_turn.push_back(std::move(owner));
    return in_turn;
}

class mongo_leases final : public job_leases {
public:
    explicit mongo_leases(shared_database on) : database_(std::move(on)) {}

    std::optional<job> next(const job_filter& wanted, time_point now,
                            time_point farthest) override {
        auto found = look(wanted, now, farthest);
        // Who is idle has time to see what a crash left.
        if (!found && release_accepted(*database_) > 0) found = look(wanted, now, farthest);
        return found;
    }

    bool swap(const job& changed, std::int64_t expected, job_durability) override {
        object change{{"$set", changing_fields_of(changed)}};
        if (has_ended(changed.status.state))
            change["$push"] =
                object{{outbox_field,
                        end_in_outbox(changed.status.state, changed.revision, changed.updated_at)}};
        object filter{{"_id", changed.id}, {"revision", expected}, {"state", {{"$ne", hidden}}}};
        const bool leased = changed.status.state == job_state::leased;
        if (leased && changed.lease.beats == 0) {
            auto waiting = filter;
            waiting["state"] = to_string(job_state::queued);
            if (database_->update(jobs_in, waiting, change) > 0) {
                served(changed.owner.user_id);
                return true;
            }
        }
        if (database_->update(jobs_in, filter, change) > 0) return true;
        // Ours, if the answer to an earlier try was lost.
        filter["revision"] = changed.revision;
        const auto there = database_->find_one(jobs_in, filter);
        if (!there || changed.revision == expected || readable_job(*there) != changed) return false;
        if (leased) served(changed.owner.user_id);
        return true;
    }

    std::vector<held_job> held() override {
        std::vector<held_job> found;
        for (const auto& stored :
             database_->find(jobs_in, object{{"state", to_string(job_state::leased)}},
                             {{"sort", {{"sequence", 1}}}}))
            if (auto one = readable_job(stored))
                found.push_back({one->id, one->lease, one->status.cancel_wanted});
        return found;
    }

    // Of a job that there is not: only a primary says so.
    void expect_writable() override {
        database_->update(jobs_in, object{{"_id", ""}}, {{"$set", {{"state", ""}}}});
    }

    std::optional<job> find(const std::string& id) override { return find_job(*database_, id); }

private:
    std::optional<job> look(const job_filter& wanted, time_point now, time_point farthest) {
        if (wanted.submission_id)
            return first_readable(*database_,
                                  ready("submissionId", *wanted.submission_id, now, farthest));
        for (const auto& owner : owners_in_turn(*database_))
            if (auto found = first_readable(*database_, ready("userId", owner, now, farthest)))
                return found;
        return std::nullopt;
    }

    // Fairness only: a crash before it costs an owner nothing but a turn.
    void served(const std::string& user_id) {
        database_->upsert(turns_in, object{{"_id", user_id}},
                          {{"$set", {{"turn", next_sequence()}}}});
    }

    shared_database database_;
};

}  // namespace

object changing_fields_of(const job& one) {
    object record = to_json(one);
    if (!is_valid_utf8(json::serialize(record)))
        throw error(errc::invalid_argument, "the request holds text that is not UTF-8");
    return {{"state", to_string(one.status.state)},
            {"priority", one.priority},
            {"notBeforeMs", milliseconds(one.status.not_before)},
            {"updatedMs", milliseconds(one.updated_at)},
            {"revision", one.revision},
            {"record", std::move(record)}};
}

object end_in_outbox(job_state state, std::int64_t revision, time_point at) {
    return {{"state", to_string(state)}, {"revision", revision}, {"atMs", milliseconds(at)}};
}

job job_from(const document& stored) {
    try {
        return job_from_json(record_in(stored));
    } catch (const error& reason) {
        throw damaged(fmt::format("the record of job {}", stored.text("_id")), reason.detail());
    }
}

std::optional<job> readable_job(const document& stored) {
    try {
        return job_from(stored);
    } catch (const error& reason) {
        if (reason.code() != errc::corrupted) throw;
        return std::nullopt;
    }
}

submission submission_from(const document& stored) {
    try {
        return submission_from_json(record_in(stored));
    } catch (const error& reason) {
        throw damaged(fmt::format("the record of batch {}", stored.text("_id")), reason.detail());
    }
}

std::optional<job> find_job(database& on, const std::string& id) {
    const auto found = on.find_one(jobs_in, object{{"_id", id}});
    if (!found || found->text("state") == hidden) return std::nullopt;
    return job_from(*found);
}

void release(database& on, const document& submission) {
    const auto id = submission.text("_id");
    for (const auto state : {job_state::queued, job_state::leased, job_state::done,
                             job_state::failed, job_state::cancelled, job_state::dead}) {
        const auto word = to_string(state);
        on.update_all(jobs_in,
                      object{{"submissionId", id}, {"state", hidden}, {"record.state", word}},
                      {{"$set", {{"state", word}}}});
    }
    // Unless there is a new round meanwhile, with jobs of its own.
    on.update(submissions_in,
              object{{"_id", id}, {"state", accepted}, {"round", submission.to_json()["round"]}},
              {{"$set", {{"state", opened}}}});
}

std::size_t release_accepted(database& on) {
    const auto left = on.find(submissions_in, object{{"state", accepted}},
                              {{"projection", {{"_id", 1}, {"round", 1}}}});
    for (const auto& one : left) release(on, one);
    return left.size();
}

std::unique_ptr<job_leases> make_leases(shared_database on) {
    return std::make_unique<mongo_leases>(std::move(on));
}

}  // namespace medusa::mongo
