// Both ports of jobs: one table, in which a job's record says everything, and columns say again
// what is asked for.
#include <fmt/format.h>

#include <algorithm>

#include "core/text.hpp"
#include "record/job_json.hpp"
#include "store/sqlite/ports.hpp"

namespace medusa::sqlite {
namespace {

std::int64_t milliseconds(time_point at) {
    return at.time_since_epoch().count();
}

template <class Record>
std::string json_of(const Record& one) {
    auto json = boost::json::serialize(to_json(one));
    if (!is_valid_utf8(json))
        throw error(errc::invalid_argument, "the request holds text that is not UTF-8");
    return json;
}

// The columns id and record of the row.
job read_job(const query& row) {
    try {
        return parse_job(row.text(1));
    } catch (const error& reason) {
        throw damaged(fmt::format("the record of job {}", row.text(0)), reason.detail());
    }
}

submission read_submission(const query& row) {
    try {
        return parse_submission(row.text(1));
    } catch (const error& reason) {
        throw damaged(fmt::format("the record of batch {}", row.text(0)), reason.detail());
    }
}

// Like read_job(), but empty for damage: it may not keep the others waiting.
std::optional<job> readable_job(const query& row) {
    try {
        return read_job(row);
    } catch (const error& reason) {
        if (reason.code() != errc::corrupted) throw;
        return std::nullopt;
    }
}

std::optional<job> first_readable(query& rows) {
    while (rows.next())
        if (auto found = readable_job(rows)) return found;
    return std::nullopt;
}

std::optional<job> find_job(database& in, const std::string& id) {
    return in.read([&](connection& on) -> std::optional<job> {
        query row(on, "SELECT id, record FROM jobs WHERE id = ?", id);
        if (!row.next()) return std::nullopt;
        return read_job(row);
    });
}

std::int64_t owner_of(connection& on, const std::string& user_id) {
    query(on, "INSERT INTO job_owners (user_id) VALUES (?) ON CONFLICT DO NOTHING", user_id).run();
    query row(on, "SELECT owner FROM job_owners WHERE user_id = ?", user_id);
    row.next();
    return row.integer(0);
}

// The submission that the key of `asked` stands for. A key older than `keys_since` is set free.
std::optional<submission> keyed(connection& on, std::int64_t owner, const submission& asked,
                                time_point keys_since) {
    if (asked.idempotency_key.empty()) return std::nullopt;
    query(on,
          "UPDATE submissions SET idempotency_key = NULL "
          "WHERE owner = ? AND idempotency_key = ? AND created_ms < ?",
          owner, asked.idempotency_key, milliseconds(keys_since))
        .run();
    query row(on, "SELECT id, record FROM submissions WHERE owner = ? AND idempotency_key = ?",
              owner, asked.idempotency_key);
    if (!row.next()) return std::nullopt;
    return read_submission(row);
}

// A submission and its row.
struct stored_submission {
    submission record;
    std::int64_t sequence = 0;
};

// The submission that goes on as `asked`, changed to that; empty when it is a new one.
std::optional<stored_submission> going_on(connection& on, std::int64_t owner,
                                          const submission& asked) {
    stored_submission found;
    {
        query row(on, "SELECT id, record, sequence, owner FROM submissions WHERE id = ?", asked.id);
        if (!row.next()) return std::nullopt;
        if (row.integer(3) != owner)
            throw error(errc::conflict, fmt::format("there is another batch {}", asked.id));
        found = {read_submission(row), row.integer(2)};
    }
    found.record.fingerprint = asked.fingerprint;
    found.record.total = std::max(found.record.total, asked.total);
    query(on, "UPDATE submissions SET fingerprint = ?, record = ? WHERE sequence = ?",
          found.record.fingerprint, json_of(found.record), found.sequence)
        .run();
    return found;
}

std::int64_t insert(connection& on, std::int64_t owner, const submission& asked,
                    const std::string& record) {
    query row(on,
              "INSERT INTO submissions "
              "(id, owner, idempotency_key, fingerprint, created_ms, record) "
              "VALUES (?, ?, nullif(?, ''), ?, ?, ?) RETURNING sequence",
              asked.id, owner, asked.idempotency_key, asked.fingerprint,
              milliseconds(asked.created_at), record);
    row.next();
    return row.integer(0);
}

void insert(connection& on, std::int64_t owner, std::int64_t submission, const job& one,
            const std::string& record) {
    query(on,
          "INSERT INTO jobs (id, owner, submission, state, priority, not_before_ms, updated_ms, "
          "revision, record) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING",
          one.id, owner, submission, to_string(one.status.state), std::int64_t(one.priority),
          milliseconds(one.status.not_before), milliseconds(one.updated_at), one.revision, record)
        .run();
}

// The states in words are in the SQL, so that SQLite sees which index is of which state.
std::string list_sql(const job_query& wanted) {
    std::string sql = "SELECT id, record, sequence FROM jobs WHERE sequence < ?";
    if (wanted.user_id) sql += " AND owner = (SELECT owner FROM job_owners WHERE user_id = ?)";
    if (wanted.submission_id)
        sql += " AND submission = (SELECT sequence FROM submissions WHERE id = ?)";
    if (wanted.state) sql += fmt::format(" AND state = '{}'", to_string(*wanted.state));
    return sql + " ORDER BY sequence DESC LIMIT ?";
}

std::string count_sql(const job_query& wanted) {
    if (!wanted.submission_id) {
        const std::string all =
            "SELECT sum(queued), sum(leased), sum(done), sum(failed), sum(cancelled), sum(dead) "
            "FROM job_owners";
        return wanted.user_id ? all + " WHERE user_id = ?" : all;
    }
    const std::string all =
        "SELECT sum(state = 'queued'), sum(state = 'leased'), sum(state = 'done'), "
        "sum(state = 'failed'), sum(state = 'cancelled'), sum(state = 'dead') "
        "FROM jobs WHERE submission = (SELECT sequence FROM submissions WHERE id = ?)";
    return wanted.user_id ? all + " AND owner = (SELECT owner FROM job_owners WHERE user_id = ?)"
                          : all;
}

class sqlite_intake final : public job_intake {
public:
    explicit sqlite_intake(shared_database on) : database_(std::move(on)) {}

    submission submit(const submission& asked, std::span<const job> jobs,
                      time_point keys_since) override {
        const auto record = json_of(asked);
        std::vector<std::string> job_records;
        for (const auto& one : jobs) job_records.push_back(json_of(one));
        submission stored;
        database_->write([&](connection& on) {
            const auto owner = owner_of(on, asked.owner.user_id);
            if (const auto found = keyed(on, owner, asked, keys_since)) {
                stored = *found;
                return;
            }
            const auto found = going_on(on, owner, asked);
            stored = found ? found->record : asked;
            const auto sequence = found ? found->sequence : insert(on, owner, asked, record);
            for (std::size_t i = 0; i < jobs.size(); ++i)
                insert(on, owner, sequence, jobs[i], job_records[i]);
        });
        return stored;
    }

    std::optional<submission> find_submission(const std::string& id) override {
        return database_->read([&](connection& on) -> std::optional<submission> {
            query row(on, "SELECT id, record FROM submissions WHERE id = ?", id);
            if (!row.next()) return std::nullopt;
            return read_submission(row);
        });
    }

    std::optional<submission> find_keyed(const std::string& user_id, const std::string& key,
                                         time_point keys_since) override {
        return database_->read([&](connection& on) -> std::optional<submission> {
            query row(on,
                      "SELECT id, record FROM submissions "
                      "WHERE owner = (SELECT owner FROM job_owners WHERE user_id = ?) "
                      "AND idempotency_key = nullif(?, '') AND created_ms >= ?",
                      user_id, key, milliseconds(keys_since));
            if (!row.next()) return std::nullopt;
            return read_submission(row);
        });
    }

    std::optional<submission> find_unfinished(const std::string& user_id,
                                              const std::string& fingerprint) override {
        return database_->read([&](connection& on) -> std::optional<submission> {
            query row(on,
                      "SELECT id, record FROM submissions AS s "
                      "WHERE owner = (SELECT owner FROM job_owners WHERE user_id = ?) "
                      "AND fingerprint = ? AND EXISTS (SELECT 1 FROM jobs "
                      "WHERE submission = s.sequence AND state <> 'done') "
                      "ORDER BY sequence DESC LIMIT 1",
                      user_id, fingerprint);
            if (!row.next()) return std::nullopt;
            return read_submission(row);
        });
    }

    std::optional<job> find(const std::string& id) override { return find_job(*database_, id); }

    std::vector<listed_job> list(const job_query& wanted) override {
        return database_->read([&](connection& on) {
            query rows(on, list_sql(wanted), wanted.before);
            if (wanted.user_id) rows.bind(*wanted.user_id);
            if (wanted.submission_id) rows.bind(*wanted.submission_id);
            rows.bind(std::int64_t(std::min<std::size_t>(wanted.limit, INT64_MAX)));
            std::vector<listed_job> found;
            std::vector<std::string> unreadable;
            while (rows.next()) {
                if (!wanted.damaged)
                    found.push_back({rows.integer(2), read_job(rows)});
                else if (auto one = readable_job(rows))
                    found.push_back({rows.integer(2), std::move(*one)});
                else
                    unreadable.push_back(rows.text(0));
            }
            if (wanted.damaged) *wanted.damaged = std::move(unreadable);
            return found;
        });
    }

    job_counts count(const job_query& wanted) override {
        return database_->read([&](connection& on) {
            query row(on, count_sql(wanted));
            if (wanted.submission_id) row.bind(*wanted.submission_id);
            if (wanted.user_id) row.bind(*wanted.user_id);
            row.next();
            const auto number = [&](int column) { return std::size_t(row.integer(column)); };
            return job_counts{number(0), number(1), number(2), number(3), number(4), number(5)};
        });
    }

    std::size_t ahead_of(const job& one) override {
        return database_->read([&](connection& on) {
            query row(on,
                      "SELECT count(*) FROM jobs INDEXED BY jobs_in_line WHERE state = 'queued' "
                      "AND owner = (SELECT owner FROM jobs WHERE id = ?1) "
                      "AND sequence < (SELECT sequence FROM jobs WHERE id = ?1)",
                      one.id);
            row.next();
            return std::size_t(row.integer(0));
        });
    }

    waiting_line waiting() override {
        return database_->read([&](connection& on) {
            waiting_line line;
            query first(on,
                        "SELECT record FROM jobs INDEXED BY jobs_by_age WHERE state = 'queued' "
                        "ORDER BY sequence LIMIT 1");
            query number(on, "SELECT sum(queued) FROM job_owners");
            number.next();
            line.jobs = std::size_t(number.integer(0));
            if (first.next()) line.since = parse_job(first.text(0)).created_at;
            return line;
        });
    }

    // One submission at a time, so that nobody waits long for the lock.
    std::size_t forget(time_point ended_before) override {
        constexpr auto all_ended =
            " AND created_ms < ?2 AND NOT EXISTS (SELECT 1 FROM jobs WHERE submission = s.sequence "
            "AND (state IN ('queued', 'leased') OR updated_ms >= ?2))";
        const auto sql = fmt::format(
            "SELECT s.sequence FROM submissions AS s WHERE s.sequence > ?1{} "
            "ORDER BY s.sequence LIMIT 1",
            all_ended);
        std::size_t forgotten = 0;
        std::optional<std::int64_t> last = 0;
        while (last) {
            std::size_t removed = 0;
            const auto after = *last;
            database_->write_soon([&](connection& on) {
                removed = 0;
                last = std::nullopt;
                query row(on, sql, after, milliseconds(ended_before));
                if (!row.next()) return;
                last = row.integer(0);
                query(on, "DELETE FROM jobs WHERE submission = ?", *last).run();
                removed = std::size_t(on.changed());
                query(on, "DELETE FROM submissions WHERE sequence = ?", *last).run();
            });
            forgotten += removed;
        }
        return forgotten;
    }

private:
    shared_database database_;
};

class sqlite_leases final : public job_leases {
public:
    explicit sqlite_leases(shared_database on) : database_(std::move(on)) {}

    std::optional<job> next(const job_filter& wanted, time_point now,
                            time_point farthest) override {
        return database_->read([&](connection& on) -> std::optional<job> {
            if (wanted.submission_id) return next_of(on, *wanted.submission_id, now, farthest);
            query owners(on, "SELECT owner FROM job_owners WHERE queued > 0 ORDER BY turn, owner");
            while (owners.next()) {
                query rows(on,
                           "SELECT id, record FROM jobs WHERE state = 'queued' AND owner = ? "
                           "AND (not_before_ms <= ? OR not_before_ms > ?) "
                           "ORDER BY priority DESC, sequence",
                           owners.integer(0), milliseconds(now), milliseconds(farthest));
                if (auto found = first_readable(rows)) return found;
            }
            return std::nullopt;
        });
    }

    bool swap(const job& changed, std::int64_t expected, job_durability wanted) override {
        const auto record = json_of(changed);
        bool swapped = false;
        const auto work = [&](connection& on) {
            query(on,
                  "UPDATE jobs SET state = ?, priority = ?, not_before_ms = ?, updated_ms = ?, "
                  "revision = ?, record = ? WHERE id = ? AND revision = ?",
                  to_string(changed.status.state), std::int64_t(changed.priority),
                  milliseconds(changed.status.not_before), milliseconds(changed.updated_at),
                  changed.revision, record, changed.id, expected)
                .run();
            swapped = on.changed() > 0;
        };
        if (wanted == job_durability::now)
            database_->write(work);
        else
            database_->write_soon(work);
        return swapped;
    }

    std::vector<held_job> held() override {
        return database_->read([](connection& on) {
            query rows(on, "SELECT id, record FROM jobs WHERE state = 'leased' ORDER BY sequence");
            std::vector<held_job> found;
            while (rows.next())
                if (auto one = readable_job(rows))
                    found.push_back({one->id, one->lease, one->status.cancel_wanted});
            return found;
        });
    }

    void expect_writable() override {
        database_->write_soon([](connection& on) {
            query(on, "UPDATE counters SET value = value WHERE name = 'character_id'").run();
        });
    }

    std::optional<job> find(const std::string& id) override { return find_job(*database_, id); }

private:
    static std::optional<job> next_of(connection& on, const std::string& submission_id,
                                      time_point now, time_point farthest) {
        query rows(on,
                   "SELECT id, record FROM jobs WHERE state = 'queued' "
                   "AND submission = (SELECT sequence FROM submissions WHERE id = ?) "
                   "AND (not_before_ms <= ? OR not_before_ms > ?) "
                   "ORDER BY priority DESC, sequence",
                   submission_id, milliseconds(now), milliseconds(farthest));
        return first_readable(rows);
    }

    shared_database database_;
};

}  // namespace

std::unique_ptr<job_intake> make_intake(shared_database on) {
    return std::make_unique<sqlite_intake>(std::move(on));
}

std::unique_ptr<job_leases> make_leases(shared_database on) {
    return std::make_unique<sqlite_leases>(std::move(on));
}

}  // namespace medusa::sqlite
