// The endpoints and their deliveries, and the outboxes of jobs (jobs.hpp).
//
//   medusa_webhooks    {_id, userId, username, url, events, secret, createdAt, disabledReason,
//                       sequence}
//   medusa_deliveries  {_id, endpointId, event, body, state, attempts, dueMs, createdMs, updatedMs,
//                       status, reason, revision, sequence}
#include <fmt/format.h>

#include "record/json_reader.hpp"
#include "store/mongo/documents.hpp"
#include "store/mongo/failures.hpp"
#include "store/mongo/jobs.hpp"
#include "store/mongo/ports.hpp"
#include "store/undamaged.hpp"

namespace medusa::mongo {
namespace {

namespace json = boost::json;

std::int64_t milliseconds(time_point at) {
    return at.time_since_epoch().count();
}

time_point at_milliseconds(std::int64_t since_1970) {
    return time_point(std::chrono::milliseconds(since_1970));
}

json::array list_of(const std::vector<std::string>& words) {
    return json::array(words.begin(), words.end());
}

std::int64_t number(const json_reader& reader, std::string_view field) {
    std::int64_t read = 0;
    reader.read(field, read);
    return read;
}

webhook_endpoint endpoint_from(const document& stored) {
    const json::value fields = stored.to_json();
    try {
        const json_reader reader(fields, "webhook");
        webhook_endpoint read;
        reader.read("_id", read.id);
        reader.read("userId", read.owner.user_id);
        reader.read("username", read.owner.username);
        reader.read("url", read.url);
        reader.read("events", read.events);
        reader.read("secret", read.secret);
        reader.read("createdAt", read.created_at);
        reader.read("disabledReason", read.disabled_reason);
        return read;
    } catch (const error& reason) {
        throw damaged("webhook " + stored.text("_id"), reason.detail());
    }
}

webhook_delivery delivery_from(const document& stored) {
    const json::value fields = stored.to_json();
    try {
        const json_reader reader(fields, "delivery");
        webhook_delivery read;
        std::string state;
        reader.read("_id", read.id);
        reader.read("endpointId", read.endpoint_id);
        reader.read("event", read.event);
        reader.read("body", read.body);
        reader.read("state", state);
        const auto known = delivery_state_from(state);
        if (!known) reader.refuse("state", "a known state");
        read.state = *known;
        read.attempts = int(number(reader, "attempts"));
        read.due_at = at_milliseconds(number(reader, "dueMs"));
        read.created_at = at_milliseconds(number(reader, "createdMs"));
        read.updated_at = at_milliseconds(number(reader, "updatedMs"));
        read.status = int(number(reader, "status"));
        reader.read("reason", read.reason);
        read.revision = number(reader, "revision");
        return read;
    } catch (const error& reason) {
        throw damaged("delivery " + stored.text("_id"), reason.detail());
    }
}

std::vector<job_end> ends_in(const document& stored) {
    const auto fields = stored.to_json();
    const auto id = stored.text("_id");
    const auto* outbox = fields.if_contains(outbox_field);
    if (!outbox || !outbox->is_array()) throw damaged("the outbox of job " + id, "it is no list");
    std::vector<job_end> ends;
    try {
        for (const auto& one : outbox->get_array()) {
            const json_reader reader(one, "outbox");
            std::string word;
            reader.read("state", word);
            const auto state = job_state_from(word);
            if (!state) reader.refuse("state", "a known state");
            ends.push_back({id, stored.text("userId"), *state, number(reader, "revision"),
                            at_milliseconds(number(reader, "atMs"))});
        }
    } catch (const error& reason) {
        throw damaged("the outbox of job " + id, reason.detail());
    }
    return ends;
}

object changing_fields_of(const webhook_delivery& one) {
    return {{"state", to_string(one.state)},
            {"attempts", one.attempts},
            {"dueMs", milliseconds(one.due_at)},
            {"updatedMs", milliseconds(one.updated_at)},
            {"status", one.status},
            {"reason", one.reason},
            {"revision", one.revision}};
}

document document_of(const webhook_delivery& one) {
    object fields{{"_id", one.id},
                  {"endpointId", one.endpoint_id},
                  {"event", one.event},
                  {"body", one.body},
                  {"createdMs", milliseconds(one.created_at)},
                  {"sequence", next_sequence()}};
    const auto changing = changing_fields_of(one);
    fields.insert(changing.begin(), changing.end());
    return fields;
}

class mongo_endpoints final : public webhook_endpoints {
public:
    explicit mongo_endpoints(shared_database on) : database_(std::move(on)) {}

    void add(const webhook_endpoint& made) override {
        // Every job leaves its end in its outbox, also while nobody wants to know. What is older
        // than its owner's first endpoint goes unread, and before the first of all whatever is
        // there: nobody's postman shall read through the history of everybody.
        if (!is_there({{"userId", made.owner.user_id}})) {
            object old{{outbox_field, {{"$exists", true}}},
                       {"sequence", {{"$exists", true}}},  // what the index has
                       {"updatedMs", {{"$lte", milliseconds(made.created_at)}}}};
            if (is_there({})) old["userId"] = made.owner.user_id;
            database_->update_all(jobs_in, old, {{"$unset", {{outbox_field, ""}}}});
        }
        const document stored(object{{"_id", made.id},
                                     {"userId", made.owner.user_id},
                                     {"username", made.owner.username},
                                     {"url", made.url},
                                     {"events", list_of(made.events)},
                                     {"secret", made.secret},
                                     {"createdAt", to_rfc3339(made.created_at)},
                                     {"disabledReason", made.disabled_reason},
                                     {"sequence", next_sequence()}});
        if (!database_->insert(webhooks_in, stored))
            throw error(errc::conflict, fmt::format("there is a webhook {}", made.id));
    }

    std::optional<webhook_endpoint> find(const std::string& id) override {
        const auto found = database_->find_one(webhooks_in, object{{"_id", id}});
        if (!found) return std::nullopt;
        return endpoint_from(*found);
    }

    std::vector<webhook_endpoint> list(const std::optional<std::string>& user_id) override {
        object filter;
        if (user_id) filter["userId"] = *user_id;
        std::vector<webhook_endpoint> found;
        for (const auto& stored :
             database_->find(webhooks_in, filter, {{"sort", {{"sequence", 1}}}}))
            if (auto one = if_undamaged([&] { return std::optional(endpoint_from(stored)); }))
                found.push_back(std::move(*one));
        return found;
    }

    bool disable(const std::string& id, const std::string& reason) override {
        return database_->update(webhooks_in, object{{"_id", id}},
                                 {{"$set", {{"disabledReason", reason}}}}) > 0;
    }

    // A delivery that a crash leaves in between finds no endpoint, and dies of that.
    bool remove(const std::string& id) override {
        const bool was_there = database_->remove(webhooks_in, object{{"_id", id}}) > 0;
        database_->remove(deliveries_in, object{{"endpointId", id}});
        return was_there;
    }

private:
    bool is_there(const object& endpoint) {
        return database_->find_one(webhooks_in, endpoint, {{"projection", {{"_id", 1}}}})
            .has_value();
    }

    shared_database database_;
};

class mongo_outbox final : public webhook_outbox {
public:
    explicit mongo_outbox(shared_database on) : database_(std::move(on)) {}

    std::vector<job_end> untold(std::size_t limit) override {
        std::vector<job_end> found;
        for (std::size_t passed = 0;; passed += limit) {
            const auto some = database_->find(jobs_in, object{{outbox_field, {{"$exists", true}}}},
                                              {{"sort", {{"sequence", 1}}},
                                               {"skip", passed},
                                               {"limit", limit},
                                               {"projection", {{"userId", 1}, {outbox_field, 1}}}});
            for (const auto& stored : some)
                if (const auto its = if_undamaged([&] { return std::optional(ends_in(stored)); }))
                    found.insert(found.end(), its->begin(), its->end());
            if (!found.empty() || some.size() < limit) return found;
        }
    }

    void tell(std::span<const job_end> ends,
              std::span<const webhook_delivery> deliveries) override {
        std::vector<document> made;
        for (const auto& one : deliveries) made.push_back(document_of(one));
        database_->insert_missing(deliveries_in, made);
        for (const auto& end : ends) {
            const auto told = end_in_outbox(end.state, end.revision, end.at);
            const object only_this{{"_id", end.job_id}, {outbox_field, json::array{told}}};
            if (database_->update(jobs_in, only_this, {{"$unset", {{outbox_field, ""}}}}) > 0)
                continue;
            database_->update(jobs_in, object{{"_id", end.job_id}},
                              {{"$pull", {{outbox_field, told}}}});
        }
    }

    std::optional<webhook_delivery> due(time_point now,
                                        const std::vector<std::string>& but) override {
        object filter{{"state", to_string(delivery_state::waiting)},
                      {"dueMs", {{"$lte", milliseconds(now)}}}};
        if (!but.empty()) filter["endpointId"] = object{{"$nin", list_of(but)}};
        for (int passed = 0;; ++passed) {
            const auto found = database_->find_one(deliveries_in, filter,
                                                   {{"sort", {{"dueMs", 1}}}, {"skip", passed}});
            if (!found) return std::nullopt;
            if (auto one = if_undamaged([&] { return std::optional(delivery_from(*found)); }))
                return one;
        }
    }

    bool swap(const webhook_delivery& changed, std::int64_t expected) override {
        return database_->update(deliveries_in, object{{"_id", changed.id}, {"revision", expected}},
                                 {{"$set", changing_fields_of(changed)}}) > 0;
    }

    std::vector<webhook_delivery> list(const std::string& endpoint_id,
                                       std::optional<delivery_state> state,
                                       std::size_t limit) override {
        object filter{{"endpointId", endpoint_id}};
        if (state) filter["state"] = to_string(*state);
        std::vector<webhook_delivery> found;
        for (const auto& stored : database_->find(deliveries_in, filter,
                                                  {{"sort", {{"sequence", -1}}}, {"limit", limit}}))
            if (auto one = if_undamaged([&] { return std::optional(delivery_from(stored)); }))
                found.push_back(std::move(*one));
        return found;
    }

    std::size_t forget(time_point before) override {
        return std::size_t(database_->remove(
            deliveries_in, object{{"state", {{"$ne", to_string(delivery_state::waiting)}}},
                                  {"updatedMs", {{"$lt", milliseconds(before)}}}}));
    }

private:
    shared_database database_;
};

}  // namespace

std::unique_ptr<webhook_endpoints> make_endpoints(shared_database on) {
    return std::make_unique<mongo_endpoints>(std::move(on));
}

std::unique_ptr<webhook_outbox> make_outbox(shared_database on) {
    return std::make_unique<mongo_outbox>(std::move(on));
}

}  // namespace medusa::mongo
