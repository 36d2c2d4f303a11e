#include <optional>

#include "store/naming.hpp"
#include "store/sqlite/ports.hpp"

namespace medusa::sqlite {
namespace {

std::optional<std::string> known_folder(connection& on, const std::string& user_id) {
    query row(on, "SELECT folder FROM user_folders WHERE user_id = ?", user_id);
    if (!row.next()) return std::nullopt;
    return row.text(0);
}

// Inside a transaction.
std::string bind_folder(connection& on, const owner_info& owner) {
    if (auto known = known_folder(on, owner.user_id)) return *known;
    const auto folder = first_free(folder_wanted(owner), [&](const std::string& candidate) {
        return query(on, "SELECT 1 FROM user_folders WHERE folder = ?", candidate).next();
    });
    query(on, "INSERT INTO user_folders VALUES (?, ?)", owner.user_id, folder).run();
    return folder;
}

std::int64_t next_character_id(connection& on) {
    query row(on,
              "UPDATE counters SET value = value + 1 WHERE name = 'character_id' RETURNING value");
    row.next();
    const auto id = row.integer(0);
    row.run();
    return id;
}

std::string now() {
    return to_rfc3339(system_clock().now());
}

class sqlite_reservations final : public reservations {
public:
    explicit sqlite_reservations(shared_database on) : database_(std::move(on)) {}

    reservation reserve(const std::string& job_id, const owner_info& owner,
                        const std::string& wanted_slug) override {
        reservation result;
        database_->write([&](connection& on) {
            result.user_folder = bind_folder(on, owner);
            query known(on, "SELECT id, slug FROM claims WHERE job_id = ?", job_id);
            if (known.next()) {
                result.id = known.integer(0);
                result.slug = known.text(1);
                query(on, "UPDATE claims SET asked_at = ? WHERE job_id = ?", now(), job_id).run();
                return;
            }
            result.id = next_character_id(on);
            const auto wanted = slug_wanted(wanted_slug, result.id);
            result.slug = first_free(wanted, [&](const std::string& candidate) {
                return query(on, "SELECT 1 FROM claims WHERE user_id = ? AND slug = ?",
                             owner.user_id, candidate)
                    .next();
            });
            insert_claim(on, result, job_id, owner.user_id);
        });
        return result;
    }

    std::optional<found_reservation> find(const std::string& job_id) override {
        return database_->read([&](connection& on) -> std::optional<found_reservation> {
            query row(on,
                      "SELECT id, slug, ifnull(folder, ''), asked_at FROM claims "
                      "LEFT JOIN user_folders USING (user_id) WHERE job_id = ?",
                      job_id);
            if (!row.next()) return std::nullopt;
            return found_reservation{
                job_id, {row.integer(0), row.text(1), row.text(2)}, from_rfc3339(row.text(3))};
        });
    }

    void release(const std::string& job_id) override {
        database_->write([&](connection& on) {
            query(on,
                  "DELETE FROM claims WHERE job_id = ? AND id NOT IN (SELECT id FROM characters)",
                  job_id)
                .run();
            forget_attempts(on, job_id);
        });
    }

    std::string user_folder(const owner_info& owner) override {
        const auto known =
            database_->read([&](connection& on) { return known_folder(on, owner.user_id); });
        if (known) return *known;
        std::string folder;
        database_->write([&](connection& on) { folder = bind_folder(on, owner); });
        return folder;
    }

    std::vector<bound_folder> user_folders() override {
        return database_->read([](connection& on) {
            query rows(on, "SELECT user_id, folder FROM user_folders ORDER BY folder");
            std::vector<bound_folder> found;
            while (rows.next()) found.push_back({rows.text(0), rows.text(1)});
            return found;
        });
    }

    std::vector<found_reservation> unused() override {
        return database_->read([](connection& on) {
            query rows(on,
                       "SELECT job_id, id, slug, ifnull(folder, ''), asked_at FROM claims "
                       "LEFT JOIN user_folders USING (user_id) "
                       "WHERE id NOT IN (SELECT id FROM characters) ORDER BY id");
            std::vector<found_reservation> found;
            while (rows.next())
                found.push_back({rows.text(0),
                                 {rows.integer(1), rows.text(2), rows.text(3)},
                                 from_rfc3339(rows.text(4))});
            return found;
        });
    }

    bool release_unused(const found_reservation& found) override {
        bool released = false;
        database_->write([&](connection& on) {
            query(on,
                  "DELETE FROM claims WHERE job_id = ? AND asked_at = ? "
                  "AND id NOT IN (SELECT id FROM characters)",
                  found.job_id, to_rfc3339(found.asked_at))
                .run();
            released = forget_attempts(on, found.job_id);
        });
        return released;
    }

    // A transaction is whole or not there at all.
    std::size_t finish_begun() override { return 0; }

private:
    // Once its claim was deleted by the statement before; whether it was.
    static bool forget_attempts(connection& on, const std::string& job_id) {
        if (on.changed() == 0) return false;
        query(on, "DELETE FROM attempts WHERE job_id = ?", job_id).run();
        return true;
    }

    shared_database database_;
};

}  // namespace

void insert_claim(connection& on, const reservation& held, const std::string& job_id,
                  const std::string& user_id) {
    query(on, "INSERT INTO claims VALUES (?, ?, ?, ?, ?)", held.id, job_id, user_id, held.slug,
          now())
        .run();
}

std::unique_ptr<reservations> make_reservations(shared_database on) {
    return std::make_unique<sqlite_reservations>(std::move(on));
}

}  // namespace medusa::sqlite
