#include "store/sqlite/ports.hpp"

namespace medusa::sqlite {
namespace {

class sqlite_ledger final : public ledger {
public:
    explicit sqlite_ledger(shared_database on) : database_(std::move(on)) {}

    given_out all() override {
        return database_->read([](connection& on) {
            given_out found;
            query counters(on, "SELECT name, value FROM counters");
            while (counters.next()) {
                if (counters.text(0) == "character_id") found.last_id = counters.integer(1);
                if (counters.text(0) == "image_number") found.highest_number = counters.integer(1);
            }
            query folders(on, "SELECT user_id, folder FROM user_folders");
            while (folders.next()) found.folders[folders.text(0)] = folders.text(1);
            return found;
        });
    }

    void take_over(const given_out& from) override {
        database_->write([&](connection& on) {
            const auto raise = [&](const char* name, std::int64_t value) {
                query(on, "UPDATE counters SET value = max(value, ?) WHERE name = ?", value, name)
                    .run();
            };
            raise("character_id", from.last_id);
            raise("image_number", from.highest_number);
            for (const auto& [user_id, folder] : from.folders)
                query(on, "INSERT OR IGNORE INTO user_folders VALUES (?, ?)", user_id, folder)
                    .run();
        });
    }

private:
    shared_database database_;
};

}  // namespace

std::unique_ptr<ledger> make_ledger(shared_database on) {
    return std::make_unique<sqlite_ledger>(std::move(on));
}

}  // namespace medusa::sqlite
