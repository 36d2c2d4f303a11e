// The ports of this adapter, over one shared database.
#pragma once

#include <memory>

#include "store/sqlite/database.hpp"

namespace medusa::sqlite {

// Shared by the ports, which app may end in any order: the last one closes the file.
using shared_database = std::shared_ptr<database>;

// Inside a transaction: stores the first record with `record.id`, false when there is one.
// Throws error(not_found) and invalid_argument as image_store::save() does.
bool insert_image(connection& on, const image& record);

// Inside a transaction: id and slug belong to the job from now on.
void insert_claim(connection& on, const reservation& held, const std::string& job_id,
                  const std::string& user_id);

std::unique_ptr<reservations> make_reservations(shared_database on);
std::unique_ptr<character_store> make_characters(shared_database on);
std::unique_ptr<image_store> make_images(shared_database on);
std::unique_ptr<attempt_log> make_attempts(shared_database on);
std::unique_ptr<ledger> make_ledger(shared_database on);
std::unique_ptr<job_intake> make_intake(shared_database on);
std::unique_ptr<job_leases> make_leases(shared_database on);
std::unique_ptr<access_tokens> make_tokens(shared_database on);
std::unique_ptr<webhook_endpoints> make_endpoints(shared_database on);
std::unique_ptr<webhook_outbox> make_outbox(shared_database on);
std::unique_ptr<change_feed> make_feed(shared_database on);
std::unique_ptr<word_search> make_words(shared_database on);
std::unique_ptr<change_counter> make_changes(shared_database on);

// Inside a transaction: what the words of a record are found by.
void index_words(connection& on, const character& record);

}  // namespace medusa::sqlite
