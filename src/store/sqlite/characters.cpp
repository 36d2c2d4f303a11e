#include <fmt/format.h>

#include <vector>

#include "core/text.hpp"
#include "record/record_json.hpp"
#include "store/naming.hpp"
#include "store/sqlite/ports.hpp"

namespace medusa::sqlite {
namespace {

constexpr std::uintmax_t checked_bytes_max = 32 << 20;

// Makes sure that the record's id and slug are its job's own. A record without a reservation may
// claim them now.
void claim(connection& on, const character& record, unclaimed what) {
    const auto job = claim_job(record.job_id, record.id);
    const auto slug = claim_slug(record.slug, record.id);
    query mine(on, "SELECT id, user_id, slug FROM claims WHERE job_id = ?", job);
    if (mine.next()) {
        if (mine.integer(0) == record.id && mine.text(1) == record.owner.user_id &&
            mine.text(2) == slug)
            return;
        throw error(errc::conflict, fmt::format("job {} has character {} ({}), not {} ({})", job,
                                                mine.integer(0), mine.text(2), record.id, slug));
    }
    if (what == unclaimed::refused)
        throw error(
            errc::conflict, remote_failure{failure_class::transient},
            fmt::format("job {} and its character {} were given up meanwhile", job, record.id));
    query other(on, "SELECT 1 FROM claims WHERE id = ? OR (user_id = ? AND slug = ?)", record.id,
                record.owner.user_id, slug);
    if (other.next())
        throw error(errc::conflict, fmt::format("character id {} or slug \"{}\" is taken already",
                                                record.id, slug));
    insert_claim(on, {record.id, slug}, job, record.owner.user_id);
    query(on, "UPDATE counters SET value = max(value, ?) WHERE name = 'character_id'", record.id)
        .run();
}

std::string json_of(const character& record) {
    auto json = boost::json::serialize(to_json(record));
    if (!is_valid_utf8(json))
        throw error(errc::invalid_argument, "the character holds text that is not UTF-8");
    return json;
}

void replace(connection& on, const character& record, const std::string& json) {
    query(on,
          "INSERT INTO characters (id, user_id, name, style, created_at, record) "
          "VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
          "name = excluded.name, style = excluded.style, record = excluded.record",
          record.id, record.owner.user_id, record.name, record.style, to_rfc3339(record.created_at),
          json)
        .run();
    query(on, "DELETE FROM character_tags WHERE character_id = ?", record.id).run();
    for (const auto& tag : searchable_tags(record))
        query(on, "INSERT INTO character_tags VALUES (?, ?)", tag, record.id).run();
    index_words(on, record);
}

// The columns id and record of the row.
character read_row(const query& row) {
    try {
        return parse_character(row.text(1));
    } catch (const error& reason) {
        throw damaged(fmt::format("the record of character {}", row.integer(0)), reason.detail());
    }
}

std::optional<character> first_record(query& rows) {
    if (!rows.next()) return std::nullopt;
    return read_row(rows);
}

// The whole file while that takes no time worth mentioning, and the newest record.
void expect_sound(connection& on, const std::filesystem::path& file) {
    std::error_code ignored;
    if (std::filesystem::file_size(file, ignored) <= checked_bytes_max) {
        query pages(on, "PRAGMA quick_check(1)");
        if (pages.next() && pages.text(0) != "ok") throw damaged(file.string(), pages.text(0));
    }
    query newest(on, "SELECT id, record FROM characters ORDER BY id DESC LIMIT 1");
    first_record(newest);
}

class sqlite_characters final : public character_store {
public:
    explicit sqlite_characters(shared_database on) : database_(std::move(on)) {}

    bool create(const character& record, const image& avatar, unclaimed what) override {
        const auto json = json_of(record);
        bool created = false;
        database_->write([&](connection& on) {
            claim(on, record, what);
            created = !query(on, "SELECT 1 FROM characters WHERE id = ?", record.id).next();
            if (!created) return;
            replace(on, record, json);
            if (!insert_image(on, avatar))
                throw error(errc::conflict, fmt::format("image {} exists already", avatar.id));
        });
        return created;
    }

    void save(const character& record) override {
        const auto json = json_of(record);
        database_->write([&](connection& on) {
            claim(on, record, unclaimed::claims);
            replace(on, record, json);
        });
    }

    bool update(const character& was, const character& now) override {
        const auto json = json_of(now);
        bool updated = false;
        database_->write([&](connection& on) {
            query rows(on, "SELECT id, record FROM characters WHERE id = ?", was.id);
            const auto stored = first_record(rows);
            updated = stored == was;
            if (updated) replace(on, now, json);
        });
        return updated;
    }

    std::optional<character> find(std::int64_t id) override {
        return database_->read([&](connection& on) {
            query rows(on, "SELECT id, record FROM characters WHERE id = ?", id);
            return first_record(rows);
        });
    }

    std::optional<character> find_by_job(const std::string& job_id) override {
        return database_->read([&](connection& on) {
            query rows(on,
                       "SELECT id, record FROM characters JOIN claims USING (id) WHERE job_id = ?",
                       job_id);
            return first_record(rows);
        });
    }

    std::vector<character> list(const character_query& wanted) override {
        std::string sql = "SELECT id, record FROM characters WHERE id < ?";
        if (wanted.user_id) sql += " AND user_id = ?";
        if (wanted.style) sql += " AND style = ?";
        if (wanted.tag) sql += " AND id IN (SELECT character_id FROM character_tags WHERE tag = ?)";
        sql += " ORDER BY id DESC LIMIT ?";
        return database_->read([&](connection& on) {
            query rows(on, sql, wanted.before_id);
            if (wanted.user_id) rows.bind(*wanted.user_id);
            if (wanted.style) rows.bind(*wanted.style);
            if (wanted.tag) rows.bind(to_lower(*wanted.tag));
            rows.bind(std::int64_t(std::min<std::size_t>(wanted.limit, INT64_MAX)));
            std::vector<character> found;
            std::vector<std::int64_t> unreadable;
            while (rows.next()) {
                try {
                    found.push_back(read_row(rows));
                } catch (const error& reason) {
                    if (!wanted.damaged || reason.code() != errc::corrupted) throw;
                    unreadable.push_back(rows.integer(0));
                }
            }
            if (wanted.damaged) *wanted.damaged = std::move(unreadable);
            return found;
        });
    }

    std::vector<std::string> names(const std::string& user_id, const std::string& prefix) override {
        return database_->read([&](connection& on) {
            query rows(on,
                       "SELECT name FROM characters WHERE user_id = ?1 AND name >= ?2 "
                       "AND substr(name, 1, length(?2)) = ?2 ORDER BY name",
                       user_id, prefix);
            std::vector<std::string> found;
            while (rows.next()) found.push_back(rows.text(0));
            return found;
        });
    }

    bool remove(std::int64_t id) override {
        bool removed = false;
        database_->write([&](connection& on) {
            query(on,
                  "DELETE FROM attempts WHERE job_id IN (SELECT job_id FROM claims WHERE id = ?1 "
                  "UNION SELECT record ->> '$.jobId' FROM images "
                  "WHERE character_id = ?1 AND json_valid(record))",
                  id)
                .run();
            query(on, "DELETE FROM claims WHERE id = ? AND id IN (SELECT id FROM characters)", id)
                .run();
            removed = on.changed() > 0;
        });
        return removed;
    }

    std::string check() override {
        std::int64_t count = 0;
        database_->write([&](connection& on) {
            query(on, "UPDATE counters SET value = value WHERE name = 'character_id'").run();
            query rows(on, "SELECT count(*) FROM characters");
            rows.next();
            count = rows.integer(0);
        });
        database_->read([&](connection& on) { expect_sound(on, database_->file()); });
        return fmt::format("SQLite {} in {}, {} characters", sqlite3_libversion(),
                           database_->file().string(), count);
    }

private:
    shared_database database_;
};

}  // namespace

std::unique_ptr<character_store> make_characters(shared_database on) {
    return std::make_unique<sqlite_characters>(std::move(on));
}

}  // namespace medusa::sqlite
