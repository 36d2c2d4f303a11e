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
std::string bound_folder(connection& on, const owner_info& owner) {
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

class sqlite_reservations final : public reservations {
public:
    explicit sqlite_reservations(shared_database on) : database_(std::move(on)) {}

    reservation reserve(const std::string& job_id, const owner_info& owner,
                        const std::string& wanted_slug) override {
        reservation result;
        database_->write([&](connection& on) {
            result.user_folder = bound_folder(on, owner);
            query known(on, "SELECT id, slug FROM claims WHERE job_id = ?", job_id);
            if (known.next()) {
                result.id = known.integer(0);
                result.slug = known.text(1);
                return;
            }
            result.id = next_character_id(on);
            const auto wanted = slug_wanted(wanted_slug, result.id);
            result.slug = first_free(wanted, [&](const std::string& candidate) {
                return query(on, "SELECT 1 FROM claims WHERE user_id = ? AND slug = ?",
                             owner.user_id, candidate)
                    .next();
            });
            query(on, "INSERT INTO claims VALUES (?, ?, ?, ?)", result.id, job_id, owner.user_id,
                  result.slug)
                .run();
        });
        return result;
    }

    void release(const std::string& job_id) override {
        database_->write([&](connection& on) {
            query(on,
                  "DELETE FROM claims WHERE job_id = ? AND id NOT IN (SELECT id FROM characters)",
                  job_id)
                .run();
            if (on.changed() > 0) query(on, "DELETE FROM attempts WHERE job_id = ?", job_id).run();
        });
    }

    std::string user_folder(const owner_info& owner) override {
        const auto known =
            database_->read([&](connection& on) { return known_folder(on, owner.user_id); });
        if (known) return *known;
        std::string folder;
        database_->write([&](connection& on) { folder = bound_folder(on, owner); });
        return folder;
    }

private:
    shared_database database_;
};

}  // namespace

std::unique_ptr<reservations> make_reservations(shared_database on) {
    return std::make_unique<sqlite_reservations>(std::move(on));
}

}  // namespace medusa::sqlite
