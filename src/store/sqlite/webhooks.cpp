// The endpoints, and what is to be told to them: see webhooks in schema.cpp.
#include <fmt/format.h>

#include <boost/json.hpp>

#include "store/sqlite/ports.hpp"
#include "store/undamaged.hpp"

namespace medusa::sqlite {
namespace {

namespace json = boost::json;

constexpr auto endpoint_fields =
    "id, user_id, username, url, events, secret, created_at, disabled_reason";
constexpr auto delivery_fields =
    "id, endpoint_id, event, body, state, attempts, due_ms, created_ms, updated_ms, status, "
    "reason, revision";

std::int64_t milliseconds(time_point at) {
    return at.time_since_epoch().count();
}

time_point at_milliseconds(std::int64_t since_1970) {
    return time_point(std::chrono::milliseconds(since_1970));
}

std::string json_list(const std::vector<std::string>& words) {
    return json::serialize(json::array(words.begin(), words.end()));
}

webhook_endpoint read_endpoint(const query& row) {
    webhook_endpoint read{row.text(0), {row.text(1), row.text(2)}, row.text(3), {}, row.text(5), {},
                          row.text(7)};
    try {
        read.created_at = from_rfc3339(row.text(6));
    } catch (const error& reason) {
        throw damaged("webhook " + read.id, reason.detail());
    }
    boost::system::error_code problem;
    const auto events = json::parse(row.text(4), problem);
    if (problem || !events.is_array()) throw damaged("webhook " + read.id, "it has no events");
    for (const auto& one : events.get_array())
        if (one.is_string()) read.events.emplace_back(one.get_string());
    return read;
}

webhook_delivery read_delivery(const query& row) {
    const auto state = delivery_state_from(row.text(4));
    if (!state) throw damaged("delivery " + row.text(0), "its state is none");
    webhook_delivery read;
    read.id = row.text(0);
    read.endpoint_id = row.text(1);
    read.event = row.text(2);
    read.body = row.text(3);
    read.state = *state;
    read.attempts = int(row.integer(5));
    read.due_at = at_milliseconds(row.integer(6));
    read.created_at = at_milliseconds(row.integer(7));
    read.updated_at = at_milliseconds(row.integer(8));
    read.status = int(row.integer(9));
    read.reason = row.text(10);
    read.revision = row.integer(11);
    return read;
}

job_end read_end(const query& row) {
    const auto state = job_state_from(row.text(2));
    if (!state) throw damaged("the end of job " + row.text(0), "its state is none");
    return {row.text(0), row.text(1), *state, row.integer(3), at_milliseconds(row.integer(4))};
}

// All rows but those that are damaged, at most so many.
template <class Read>
auto readable_rows(query& rows, const Read& read, std::size_t limit = SIZE_MAX) {
    std::vector<decltype(read(rows))> found;
    while (found.size() < limit && rows.next())
        if (auto one = if_undamaged([&] { return std::optional(read(rows)); }))
            found.push_back(std::move(*one));
    return found;
}

class sqlite_endpoints final : public webhook_endpoints {
public:
    explicit sqlite_endpoints(shared_database on) : database_(std::move(on)) {}

    void add(const webhook_endpoint& made) override {
        bool is_new = false;
        database_->write([&](connection& on) {
            query row(on,
                      fmt::format("INSERT INTO webhooks ({}) VALUES (?, ?, ?, ?, ?, ?, ?, ?) "
                                  "ON CONFLICT DO NOTHING RETURNING id",
                                  endpoint_fields),
                      made.id, made.owner.user_id, made.owner.username, made.url,
                      json_list(made.events), made.secret, to_rfc3339(made.created_at),
                      made.disabled_reason);
            is_new = row.next();
        });
        if (!is_new) throw error(errc::conflict, fmt::format("there is a webhook {}", made.id));
    }

    std::optional<webhook_endpoint> find(const std::string& id) override {
        return database_->read([&](connection& on) -> std::optional<webhook_endpoint> {
            query row(on, fmt::format("SELECT {} FROM webhooks WHERE id = ?", endpoint_fields), id);
            if (!row.next()) return std::nullopt;
            return read_endpoint(row);
        });
    }

    std::vector<webhook_endpoint> list(const std::optional<std::string>& user_id) override {
        return database_->read([&](connection& on) {
            query rows(on, fmt::format("SELECT {} FROM webhooks{} ORDER BY sequence",
                                       endpoint_fields, user_id ? " WHERE user_id = ?" : ""));
            if (user_id) rows.bind(*user_id);
            return readable_rows(rows, read_endpoint);
        });
    }

    bool disable(const std::string& id, const std::string& reason) override {
        return changes_one("UPDATE webhooks SET disabled_reason = ?2 WHERE id = ?1 RETURNING id",
                           id, reason);
    }

    bool remove(const std::string& id) override {
        return changes_one("DELETE FROM webhooks WHERE id = ? RETURNING id", id);
    }

private:
    template <typename... values>
    bool changes_one(const char* sql, const values&... bound) {
        bool was_there = false;
        database_->write([&](connection& on) {
            query row(on, sql, bound...);
            was_there = row.next();
        });
        return was_there;
    }

    shared_database database_;
};

class sqlite_outbox final : public webhook_outbox {
public:
    explicit sqlite_outbox(shared_database on) : database_(std::move(on)) {}

    std::vector<job_end> untold(std::size_t limit) override {
        return database_->read([&](connection& on) {
            query rows(on,
                       "SELECT job_id, user_id, state, revision, at_ms FROM job_ends "
                       "ORDER BY sequence");
            return readable_rows(rows, read_end, limit);
        });
    }

    void tell(std::span<const job_end> ends,
              std::span<const webhook_delivery> deliveries) override {
        database_->write([&](connection& on) {
            for (const auto& one : deliveries) insert(on, one);
            for (const auto& end : ends)
                query(on, "DELETE FROM job_ends WHERE job_id = ? AND revision = ?", end.job_id,
                      end.revision)
                    .run();
        });
    }

    std::optional<webhook_delivery> due(time_point now,
                                        const std::vector<std::string>& but) override {
        return database_->read([&](connection& on) -> std::optional<webhook_delivery> {
            query rows(on,
                       fmt::format("SELECT {} FROM webhook_deliveries WHERE state = 'waiting' "
                                   "AND due_ms <= ? AND endpoint_id NOT IN "
                                   "(SELECT value FROM json_each(?)) ORDER BY due_ms",
                                   delivery_fields),
                       milliseconds(now), json_list(but));
            auto found = readable_rows(rows, read_delivery, 1);
            if (found.empty()) return std::nullopt;
            return std::move(found[0]);
        });
    }

    // What is lost by a power failure is a delivery that is sent once more.
    bool swap(const webhook_delivery& changed, std::int64_t expected) override {
        bool swapped = false;
        database_->write_soon([&](connection& on) {
            query(on,
                  "UPDATE webhook_deliveries SET state = ?, attempts = ?, due_ms = ?, "
                  "updated_ms = ?, status = ?, reason = ?, revision = ? "
                  "WHERE id = ? AND revision = ?",
                  to_string(changed.state), std::int64_t(changed.attempts),
                  milliseconds(changed.due_at), milliseconds(changed.updated_at),
                  std::int64_t(changed.status), changed.reason, changed.revision, changed.id,
                  expected)
                .run();
            swapped = on.changed() > 0;
        });
        return swapped;
    }

    std::vector<webhook_delivery> list(const std::string& endpoint_id,
                                       std::optional<delivery_state> state,
                                       std::size_t limit) override {
        return database_->read([&](connection& on) {
            query rows(on,
                       fmt::format("SELECT {} FROM webhook_deliveries WHERE endpoint_id = ?{} "
                                   "ORDER BY sequence DESC",
                                   delivery_fields, state ? " AND state = ?" : ""),
                       endpoint_id);
            if (state) rows.bind(to_string(*state));
            return readable_rows(rows, read_delivery, limit);
        });
    }

    std::size_t forget(time_point before) override {
        std::size_t removed = 0;
        database_->write_soon([&](connection& on) {
            query(on, "DELETE FROM webhook_deliveries WHERE state <> 'waiting' AND updated_ms < ?",
                  milliseconds(before))
                .run();
            removed = std::size_t(on.changed());
        });
        return removed;
    }

private:
    static void insert(connection& on, const webhook_delivery& one) {
        query(on,
              fmt::format("INSERT INTO webhook_deliveries ({}) "
                          "SELECT ?, ?2, ?, ?, ?, ?, ?, ?, ?, ?, ?, ? "
                          "WHERE EXISTS (SELECT 1 FROM webhooks WHERE id = ?2) "
                          "ON CONFLICT (id) DO NOTHING",
                          delivery_fields),
              one.id, one.endpoint_id, one.event, one.body, to_string(one.state),
              std::int64_t(one.attempts), milliseconds(one.due_at), milliseconds(one.created_at),
              milliseconds(one.updated_at), std::int64_t(one.status), one.reason, one.revision)
            .run();
    }

    shared_database database_;
};

}  // namespace

std::unique_ptr<webhook_endpoints> make_endpoints(shared_database on) {
    return std::make_unique<sqlite_endpoints>(std::move(on));
}

std::unique_ptr<webhook_outbox> make_outbox(shared_database on) {
    return std::make_unique<sqlite_outbox>(std::move(on));
}

}  // namespace medusa::sqlite
