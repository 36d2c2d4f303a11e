#include <mutex>

#include "store/sqlite/ports.hpp"

namespace medusa::sqlite {
namespace {

// https://sqlite.org/pragma.html#pragma_data_version: the number is another one after any commit
// of another connection, and means nothing on a connection other than that which told it. So one
// that never writes tells it.
class sqlite_changes final : public change_counter {
public:
    explicit sqlite_changes(shared_database on) : database_(std::move(on)) {}

    std::uint64_t now() override {
        const std::lock_guard lock(mutex_);
        if (!own_) own_ = database_->reader();
        query row(*own_, "PRAGMA data_version");
        row.next();
        return std::uint64_t(row.integer(0));
    }

private:
    shared_database database_;
    std::mutex mutex_;
    std::unique_ptr<connection> own_;  // guarded by mutex_
};

}  // namespace

std::unique_ptr<change_counter> make_changes(shared_database on) {
    return std::make_unique<sqlite_changes>(std::move(on));
}

}  // namespace medusa::sqlite
