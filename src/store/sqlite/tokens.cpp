#include <fmt/format.h>

#include "store/sqlite/ports.hpp"

namespace medusa::sqlite {
namespace {

constexpr auto fields = "id, sha256, user_id, username, scope, created_at";

access_token read_row(const query& row) {
    const auto scope = access_scope_from(row.text(4));
    if (!scope) throw damaged("token " + row.text(0), "its scope is none");
    return {
        row.text(0), row.text(1), {row.text(2), row.text(3)}, *scope, from_rfc3339(row.text(5))};
}

class sqlite_tokens final : public access_tokens {
public:
    explicit sqlite_tokens(shared_database on) : database_(std::move(on)) {}

    void add(const access_token& made) override {
        bool is_new = false;
        database_->write([&](connection& on) {
            query row(on,
                      fmt::format("INSERT INTO access_tokens ({}) VALUES (?, ?, ?, ?, ?, ?) "
                                  "ON CONFLICT DO NOTHING RETURNING id",
                                  fields),
                      made.id, made.sha256, made.owner.user_id, made.owner.username,
                      to_string(made.scope), to_rfc3339(made.created_at));
            is_new = row.next();
        });
        if (!is_new) throw error(errc::conflict, fmt::format("there is a token {}", made.id));
    }

    std::optional<access_token> find(const std::string& sha256) override {
        return database_->read([&](connection& on) -> std::optional<access_token> {
            query row(on, fmt::format("SELECT {} FROM access_tokens WHERE sha256 = ?", fields),
                      sha256);
            if (!row.next()) return std::nullopt;
            return read_row(row);
        });
    }

    std::vector<access_token> list() override {
        return database_->read([&](connection& on) {
            query rows(on, fmt::format("SELECT {} FROM access_tokens ORDER BY sequence", fields));
            std::vector<access_token> found;
            while (rows.next()) found.push_back(read_row(rows));
            return found;
        });
    }

    bool remove(const std::string& id) override {
        bool was_there = false;
        database_->write([&](connection& on) {
            query row(on, "DELETE FROM access_tokens WHERE id = ? RETURNING id", id);
            was_there = row.next();
        });
        return was_there;
    }

private:
    shared_database database_;
};

}  // namespace

std::unique_ptr<access_tokens> make_tokens(shared_database on) {
    return std::make_unique<sqlite_tokens>(std::move(on));
}

}  // namespace medusa::sqlite
