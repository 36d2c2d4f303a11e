#include "store/naming.hpp"
#include "store/sqlite/ports.hpp"

namespace medusa::sqlite {
namespace {

attempt read_row(const query& row) {
    const auto state = attempt_state_from(row.text(7));
    if (!state) throw damaged("attempt " + row.text(0), "its state is none");
    return {row.text(0),         row.text(1),
            int(row.integer(2)), row.text(3),
            row.text(4),         row.text(5),
            row.text(6),         *state,
            row.text(8),         from_rfc3339(row.text(9))};
}

class sqlite_attempts final : public attempt_log {
public:
    explicit sqlite_attempts(shared_database on) : database_(std::move(on)) {}

    void begin(const attempt& sent) override {
        database_->write([&](connection& on) {
            query(on,
                  "INSERT INTO attempts (id, job_id, image_index, server, remote_id, model, "
                  "identity_method, state, reason, created_at) "
                  "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                  sent.id, sent.job_id, std::int64_t(sent.image_index), sent.server, sent.remote_id,
                  sent.model, sent.identity_method, to_string(sent.state), sent.reason,
                  to_rfc3339(sent.created_at))
                .run();
        });
    }

    void accepted(const std::string& id, const std::string& remote_id) override {
        database_->write([&](connection& on) {
            query(on, "UPDATE attempts SET remote_id = ? WHERE id = ?", remote_id, id).run();
        });
    }

    void end(const std::string& id, attempt_state state, const std::string& reason) override {
        // Lost with the power, it is asked after once more: that costs less than the disk does.
        database_->write_soon([&](connection& on) {
            query(on, "UPDATE attempts SET state = ?, reason = ? WHERE id = ? AND state = 'sent'",
                  to_string(state), reason, id)
                .run();
        });
    }

    std::vector<attempt> of(const std::string& job_id, int image_index) override {
        return database_->read([&](connection& on) {
            query rows(on,
                       "SELECT id, job_id, image_index, server, remote_id, model, identity_method, "
                       "state, reason, created_at FROM attempts "
                       "WHERE job_id = ? AND image_index = ? ORDER BY sequence",
                       job_id, std::int64_t(image_index));
            std::vector<attempt> found;
            while (rows.next()) found.push_back(read_row(rows));
            return found;
        });
    }

private:
    shared_database database_;
};

}  // namespace

std::unique_ptr<attempt_log> make_attempts(shared_database on) {
    return std::make_unique<sqlite_attempts>(std::move(on));
}

}  // namespace medusa::sqlite
