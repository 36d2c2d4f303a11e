#include "store/mongo/mongo_store.hpp"

#include "store/mongo/ports.hpp"
#include "store/mongo/schema.hpp"

namespace medusa {

stores make_mongo_store(const mongo_settings& settings) {
    const auto shared = std::make_shared<mongo::database>(settings);
    shared->expect_server();
    mongo::make_indexes(*shared);
    mongo::raise_id_counter(*shared);
    mongo::finish_what_was_begun(*shared);
    return {mongo::make_reservations(shared), mongo::make_characters(shared),
            mongo::make_images(shared),       mongo::make_attempts(shared),
            mongo::make_ledger(shared),       mongo::make_intake(shared),
            mongo::make_leases(shared),       mongo::make_tokens(shared),
            mongo::make_endpoints(shared),    mongo::make_outbox(shared),
            mongo::make_feed(shared),         mongo::make_words(shared)};
}

}  // namespace medusa
