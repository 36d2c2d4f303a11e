#include "store/sqlite/sqlite_store.hpp"

#include "store/sqlite/ports.hpp"

namespace medusa {

stores make_sqlite_store(const sqlite_settings& settings) {
    const auto shared = std::make_shared<sqlite::database>(settings);
    return {sqlite::make_reservations(shared), sqlite::make_characters(shared),
            sqlite::make_images(shared),       sqlite::make_attempts(shared),
            sqlite::make_ledger(shared),       sqlite::make_intake(shared),
            sqlite::make_leases(shared),       sqlite::make_tokens(shared),
            sqlite::make_endpoints(shared),    sqlite::make_outbox(shared),
            sqlite::make_feed(shared),         sqlite::make_words(shared),
            sqlite::make_changes(shared)};
}

}  // namespace medusa
