// Signatures of webhooks, by Standard Webhooks (https://www.standardwebhooks.com, version 1).
// Pure, but for the randomness of a secret; any thread.
#pragma once

#include <string>
#include <string_view>

#include "core/clock.hpp"

namespace medusa {

// "whsec_" and the base64 of 32 random bytes. Throws error(internal) when there is no randomness.
std::string new_webhook_secret();

// The headers that tell a receiver who sent what and when.
struct webhook_stamp {
    std::string id;         // webhook-id: the same in every try
    std::string timestamp;  // webhook-timestamp: seconds since 1970
    std::string signature;  // webhook-signature: "v1," and base64 of HMAC-SHA256 over
                            // "id.timestamp.body"
};

// Throws error(corrupted) for a secret that is none of ours.
webhook_stamp stamp_webhook(std::string_view secret, const std::string& id, time_point now,
                            std::string_view body);

}  // namespace medusa
