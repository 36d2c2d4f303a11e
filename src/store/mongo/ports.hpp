// The ports of this adapter, over one shared database, and the steps that several of them take.
//
// Each step may be repeated, by another process as well, and then changes nothing more.
#pragma once

#include <memory>

#include "store/mongo/database.hpp"

namespace medusa::mongo {

// Shared by the ports, which app may end in any order: the last one closes the connections.
using shared_database = std::shared_ptr<database>;

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

// Gives the avatar inside a character's document a document of its own, and takes it out of there.
void settle_avatar(database& on, const document& character);

// Sees that the highest image number is at least this one.
void raise_highest_number(database& on, std::int64_t number);

// The number of a change of a character, which the caller writes into the document that it changes,
// in the same write (feed.cpp). One that is not used leaves a gap.
std::int64_t next_change(database& on);

// Tells the followers of the feed that there is no character with this id any more. After its
// document is gone: who looks at once would find it still, and would not be told again.
void tell_removal(database& on, std::int64_t id);

// Tells that the character is gone, or that a reservation is given up, removes what hangs on it,
// and at last its claim, which is marked as `removing` already.
void finish_removal(database& on, const std::string& job_id, std::int64_t id);

// Both of the above, wherever a crash left them undone; returns how often.
std::size_t finish_what_was_begun(database& on);

// Removes the records of images whose character is gone: a crash in the middle of a save, or of the
// end of a reservation, may leave one. Looks at every image.
std::size_t remove_lost_images(database& on);

}  // namespace medusa::mongo
