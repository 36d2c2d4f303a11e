// A new character as request bodies describe it, alone or in a batch. One thread.
#pragma once

#include "domain/validate.hpp"
#include "http/json_body.hpp"

namespace medusa::http {

character_draft draft_in(json_body& body);

}  // namespace medusa::http
