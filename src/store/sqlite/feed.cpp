#include "store/sqlite/ports.hpp"

namespace medusa::sqlite {
namespace {

// Triggers write the changes (schema.cpp). One writes at a time, so numbers come to light in order.
class sqlite_feed final : public change_feed {
public:
    explicit sqlite_feed(shared_database on) : database_(std::move(on)) {}

    std::string store_id() override {
        return database_->read([](connection& on) {
            query row(on, "SELECT id FROM store_identity");
            return row.next() ? row.text(0) : std::string();
        });
    }

    std::int64_t newest() override {
        return database_->read([](connection& on) {
            query row(on, "SELECT coalesce(max(sequence), 0) FROM character_changes");
            row.next();
            return row.integer(0);
        });
    }

    std::vector<character_change_note> after(std::int64_t sequence, std::size_t limit) override {
        return database_->read([&](connection& on) {
            query rows(on,
                       "SELECT sequence, character_id FROM character_changes WHERE sequence > ? "
                       "ORDER BY sequence LIMIT ?",
                       sequence, std::int64_t(limit));
            std::vector<character_change_note> notes;
            while (rows.next()) notes.push_back({rows.integer(0), rows.integer(1)});
            return notes;
        });
    }

    std::chrono::milliseconds disorder() const override { return std::chrono::milliseconds{0}; }

private:
    shared_database database_;
};

}  // namespace

std::unique_ptr<change_feed> make_feed(shared_database on) {
    return std::make_unique<sqlite_feed>(std::move(on));
}

}  // namespace medusa::sqlite
