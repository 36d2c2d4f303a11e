// The claims: documents {_id: job, id, userId, slug, askedAt}, each of which holds an id and a slug
// for its job, from the reservation until the character is removed. Their unique indexes decide who
// was first, and the claim itself decides between a job that is given up and a character that is
// made: whoever changes it first.
//
// Any thread, any process. Errors: see mongo_store.hpp.
#pragma once

#include "store/mongo/database.hpp"

namespace medusa::mongo {

enum class claim_use {
    first,  // nobody has begun to store the character of this job
    again,  // somebody did: it may be there already
};

// Sees that the record's id and slug are its job's own, and that nobody gives them up while its
// document is made. A record without a reservation may claim them now. error(conflict) when they
// belong to another job, or are given up.
claim_use hold_claim(database& on, const character& record, unclaimed what);

// Once it is certain that no document is made: the reservation may be given up again.
void let_go_of_claim(database& on, const character& record);

// Marks the claim of a job for removal, unless its character is being made or was made lately.
// False when it stays.
bool give_up_claim(database& on, const std::string& job_id);
// The same for a claim whose job has not touched it since it was found.
bool give_up_claim(database& on, const found_reservation& found);

// A new claim, asked for now.
object claim_of(const std::string& job_id, const std::string& user_id, const reservation& held);
// Notes that the job asks for its claim now; false when it is not there or is being given up.
bool touch_claim(database& on, const std::string& job_id);

// error(conflict): the id or the slug of the record is another's.
error claim_taken(const character& record);

}  // namespace medusa::mongo
