// The intake port: see jobs.hpp for the states of a submission on its way in.
#include <fmt/format.h>

#include <algorithm>

#include "core/text.hpp"
#include "record/job_json.hpp"
#include "store/mongo/documents.hpp"
#include "store/mongo/jobs.hpp"
#include "store/mongo/ports.hpp"

namespace medusa::mongo {
namespace {

namespace json = boost::json;

// How long the key of a submission that is not all there is left to who collects it. Who lost it by
// that finds out when it comes to accept, and shows nothing.
constexpr std::chrono::milliseconds collecting_patience{10'000};
constexpr std::chrono::milliseconds collecting_pause{20};

std::int64_t milliseconds(time_point at) {
    return at.time_since_epoch().count();
}

// A value of its own for submissions without a key, so that the index may be a plain one. A key has
// no line breaks.
std::string no_key(const std::string& id) {
    return "\n\n" + id;
}

std::string owner_key(const std::string& user_id, const std::string& key) {
    return user_id + "\n" + key;
}

std::string owner_key(const submission& asked) {
    if (asked.idempotency_key.empty()) return no_key(asked.id);
    return owner_key(asked.owner.user_id, asked.idempotency_key);
}

document collecting_document(const submission& asked) {
    object record = to_json(asked);
    if (!is_valid_utf8(json::serialize(record)))
        throw error(errc::invalid_argument, "the request holds text that is not UTF-8");
    return object{{"_id", asked.id},
                  {"userId", asked.owner.user_id},
                  {"ownerKey", owner_key(asked)},
                  {"fingerprint", asked.fingerprint},
                  {"createdMs", milliseconds(asked.created_at)},
                  {"sequence", next_sequence()},
                  {"state", collecting},
                  {"round", 1},
                  {"record", std::move(record)}};
}

std::vector<document> hidden_documents(std::span<const job> jobs) {
    std::vector<document> made;
    made.reserve(jobs.size());
    for (const auto& one : jobs) {
        object fields{{"_id", one.id},
                      {"submissionId", one.submission_id},
                      {"userId", one.owner.user_id},
                      {"sequence", next_sequence()}};
        auto changing = changing_fields_of(one);
        fields.insert(changing.begin(), changing.end());
        fields["state"] = hidden;
        made.emplace_back(fields);
    }
    return made;
}

object asked_for(const job_query& wanted) {
    object filter;
    if (wanted.user_id) filter["userId"] = *wanted.user_id;
    if (wanted.submission_id) filter["submissionId"] = *wanted.submission_id;
    if (wanted.state)
        filter["state"] = to_string(*wanted.state);
    else
        filter["state"] = object{{"$ne", hidden}};
    return filter;
}

class mongo_intake final : public job_intake {
public:
    explicit mongo_intake(shared_database on) : database_(std::move(on)) {}

    submission submit(const submission& asked, std::span<const job> jobs,
                      time_point keys_since) override {
        const auto begun = collecting_document(asked);
        const auto made = hidden_documents(jobs);
        for (;;) {
            if (auto earlier = keyed(asked, keys_since)) return *earlier;
            const bool first = database_->insert(submissions_in, begun);
            if (!first && !goes_on(asked)) continue;  // somebody has the key by now
            database_->insert_missing(jobs_in, made);
            if (!first) renew_hidden(asked.id, made);
            if (const auto stored = accept(asked)) {
                release(*database_, *stored);
                return submission_from(*stored);
            }
            give_up(asked.id);
        }
    }

    std::optional<submission> find_submission(const std::string& id) override {
        const auto found = database_->find_one(
            submissions_in, object{{"_id", id}, {"state", {{"$ne", collecting}}}});
        if (!found) return std::nullopt;
        return submission_from(*found);
    }

    std::optional<submission> find_keyed(const std::string& user_id, const std::string& key,
                                         time_point keys_since) override {
        const auto found = database_->find_one(
            submissions_in,
            object{{"ownerKey", owner_key(user_id, key)}, {"state", {{"$ne", collecting}}}});
        if (!found) return std::nullopt;
        auto stored = submission_from(*found);
        if (stored.created_at < keys_since) return std::nullopt;
        return stored;
    }

    std::optional<submission> find_unfinished(const std::string& user_id,
                                              const std::string& fingerprint) override {
        for (const auto& one : database_->find(submissions_in,
                                               object{{"userId", user_id},
                                                      {"fingerprint", fingerprint},
                                                      {"state", {{"$ne", collecting}}}},
                                               {{"sort", {{"sequence", -1}}}})) {
            const object unfinished{{"submissionId", one.text("_id")},
                                    {"state", {{"$ne", to_string(job_state::done)}}}};
            if (database_->find_one(jobs_in, unfinished, {{"projection", {{"_id", 1}}}}))
                return submission_from(one);
        }
        return std::nullopt;
    }

    std::optional<job> find(const std::string& id) override { return find_job(*database_, id); }

    std::vector<listed_job> list(const job_query& wanted) override {
        auto filter = asked_for(wanted);
        filter["sequence"] = object{{"$lt", wanted.before}};
        std::vector<listed_job> found;
        std::vector<std::string> unreadable;
        for (const auto& stored : database_->find(
                 jobs_in, filter, {{"sort", {{"sequence", -1}}}, {"limit", wanted.limit}})) {
            const auto cursor = stored.to_json()["sequence"].to_number<std::int64_t>();
            if (!wanted.damaged)
                found.push_back({cursor, job_from(stored)});
            else if (auto one = readable_job(stored))
                found.push_back({cursor, std::move(*one)});
            else
                unreadable.push_back(stored.text("_id"));
        }
        if (wanted.damaged) *wanted.damaged = std::move(unreadable);
        return found;
    }

    job_counts count(const job_query& wanted) override {
        auto filter = asked_for({.user_id = wanted.user_id, .submission_id = wanted.submission_id});
        const auto answer =
            database_
                ->command({{"aggregate", jobs_in},
                           {"pipeline",
                            json::array{
                                object{{"$match", std::move(filter)}},
                                object{{"$group", {{"_id", "$state"}, {"jobs", {{"$sum", 1}}}}}}}},
                           {"cursor", object{}}})
                .to_json();
        std::map<std::string, std::size_t> by_state;
        for (const auto& row : answer.at("cursor").at("firstBatch").as_array())
            by_state[std::string(row.at("_id").as_string())] =
                row.at("jobs").to_number<std::size_t>();
        return {by_state["queued"], by_state["leased"],    by_state["done"],
                by_state["failed"], by_state["cancelled"], by_state["dead"]};
    }

    std::size_t ahead_of(const job& one) override {
        const auto stored = database_->find_one(jobs_in, object{{"_id", one.id}},
                                                {{"projection", {{"sequence", 1}}}});
        if (!stored) return 0;
        return number_of({{"userId", one.owner.user_id},
                          {"state", to_string(job_state::queued)},
                          {"sequence", {{"$lt", stored->to_json().at("sequence")}}}});
    }

    // Both questions go through the index of the line and take as long as it is: this server keeps
    // no counts, and one more index would cost every job more than a look now and then.
    waiting_line waiting() override {
        const object queued{{"state", to_string(job_state::queued)}};
        waiting_line line{number_of(queued), {}};
        for (const auto& first :
             database_->find(jobs_in, queued, {{"sort", {{"sequence", 1}}}, {"limit", 1}}))
            line.since = job_from(first).created_at;
        return line;
    }

    std::size_t forget(time_point ended_before) override {
        const auto limit_ms = milliseconds(ended_before);
        std::size_t forgotten = 0;
        for (const auto& one :
             database_->find(submissions_in, object{{"createdMs", {{"$lt", limit_ms}}}},
                             {{"projection", {{"_id", 1}}}})) {
            const auto id = one.text("_id");
            const object of_it{{"submissionId", id}};
            const object alive{
                {"submissionId", id},
                {"$or", json::array{object{{"state", {{"$in", json::array{"queued", "leased"}}}}},
                                    object{{"updatedMs", {{"$gte", limit_ms}}}}}}};
            if (database_->find_one(jobs_in, alive, {{"projection", {{"_id", 1}}}})) continue;
            // Not one that is given another life at this moment.
            database_->remove(jobs_in, object{{"submissionId", id}, {"state", hidden}});
            forgotten += std::size_t(database_->remove(
                jobs_in, object{{"submissionId", id},
                                {"updatedMs", {{"$lt", limit_ms}}},
                                {"state", {{"$nin", json::array{"queued", "leased"}}}}}));
            if (!database_->find_one(jobs_in, of_it, {{"projection", {{"_id", 1}}}}))
                database_->remove(submissions_in, object{{"_id", id}});
        }
        return forgotten;
    }

private:
    std::size_t number_of(const object& jobs) {
        return database_->command({{"count", jobs_in}, {"query", jobs}})
            .to_json()
            .at("n")
            .to_number<std::size_t>();
    }

    // The submission that the key stands for. One that is too old has lost it, and so has one that
    // is never all there.
    std::optional<submission> keyed(const submission& asked, time_point keys_since) {
        if (asked.idempotency_key.empty()) return std::nullopt;
        const object of_key{{"ownerKey", owner_key(asked)}};
        auto& time = system_timer();
        const auto deadline = time.elapsed() + collecting_patience;
        for (;;) {
            const auto found = database_->find_one(submissions_in, of_key);
            if (!found) return std::nullopt;
            const auto id = found->text("_id");
            const auto stored = submission_from(*found);
            const bool all_there = found->text("state") != collecting;
            const bool expired = stored.created_at < keys_since;
            if (all_there && !expired) return stored;
            if (!all_there && id == asked.id) return std::nullopt;  // this call, once more
            if (expired || time.elapsed() >= deadline) {
                auto losing = of_key;
                losing["_id"] = id;
                losing["state"] = found->text("state");
                database_->update(submissions_in, losing, {{"$set", {{"ownerKey", no_key(id)}}}});
            } else {
                time.sleep(collecting_pause, {});
            }
        }
    }

    // Whether there is a submission of this id. error(conflict) for another owner's.
    bool goes_on(const submission& asked) {
        const auto found = database_->find_one(submissions_in, object{{"_id", asked.id}});
        if (found && found->text("userId") != asked.owner.user_id)
            throw error(errc::conflict, fmt::format("there is another batch {}", asked.id));
        return found.has_value();
    }

    // Jobs that an earlier try left hidden are what is asked for now.
    void renew_hidden(const std::string& submission_id, const std::vector<document>& made) {
        const auto left =
            database_->find(jobs_in, object{{"submissionId", submission_id}, {"state", hidden}});
        for (const auto& wanted : made)
            for (const auto& old : left) {
                if (old.text("_id") != wanted.text("_id") || old == wanted) continue;
                auto fields = wanted.to_json();
                fields.erase("_id");
                database_->update(jobs_in, object{{"_id", old.text("_id")}, {"state", hidden}},
                                  {{"$set", std::move(fields)}});
            }
    }

    // The one change that decides; empty when the key was lost before it.
    std::optional<document> accept(const submission& asked) {
        const object goes{{"$set",
                           {{"state", accepted},
                            {"fingerprint", asked.fingerprint},
                            {"record.fingerprint", asked.fingerprint}}},
                          {"$max", {{"record.total", asked.total}}},
                          {"$inc", {{"round", 1}}}};
        auto stored = database_->change(
            submissions_in,
            object{{"_id", asked.id}, {"state", collecting}, {"ownerKey", owner_key(asked)}}, goes);
        if (!stored)
            stored = database_->change(
                submissions_in, object{{"_id", asked.id}, {"state", {{"$ne", collecting}}}}, goes);
        return stored;
    }

    void give_up(const std::string& id) {
        database_->remove(submissions_in, object{{"_id", id}, {"state", collecting}});
        database_->remove(jobs_in, object{{"submissionId", id}, {"state", hidden}});
    }

    shared_database database_;
};

}  // namespace

std::unique_ptr<job_intake> make_intake(shared_database on) {
    return std::make_unique<mongo_intake>(std::move(on));
}

}  // namespace medusa::mongo
