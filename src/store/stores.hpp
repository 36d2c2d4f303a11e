// What a store adapter gives: the ports over one database.
//
// Made by make_sqlite_store(), make_mongo_store() ...; owned by app. The ports share what is behind
// them, and the last one closes it.
#pragma once

#include <memory>

#include "job/job_intake.hpp"
#include "job/job_leases.hpp"
#include "store/access_tokens.hpp"
#include "store/attempt_log.hpp"
#include "store/change_counter.hpp"
#include "store/change_feed.hpp"
#include "store/character_store.hpp"
#include "store/ledger.hpp"
#include "store/webhooks.hpp"
#include "store/word_search.hpp"

namespace medusa {

struct stores {
    std::unique_ptr<reservations> reserved;
    std::unique_ptr<character_store> characters;
    std::unique_ptr<image_store> images;
    std::unique_ptr<attempt_log> attempts;
    std::unique_ptr<ledger> books;
    std::unique_ptr<job_intake> intake;
    std::unique_ptr<job_leases> leases;
    std::unique_ptr<access_tokens> tokens;
    std::unique_ptr<webhook_endpoints> webhooks;
    std::unique_ptr<webhook_outbox> outbox;
    std::unique_ptr<change_feed> feed;
    std::unique_ptr<word_search> words;
    std::unique_ptr<change_counter> changes{};  // none: it cannot tell
};

}  // namespace medusa
