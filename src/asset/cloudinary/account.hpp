// The Cloudinary account that is configured: where it is called, and with which credentials. Pure:
// any thread. Errors: error(invalid_argument), which never repeats a secret.
#pragma once

#include <string>

#include "asset/cloudinary/signature.hpp"
#include "config/config.hpp"

namespace medusa {

struct cloudinary_account {
    std::string cloud_name;
    std::string api_key;
    std::string api_secret;
    signature_algorithm algorithm = signature_algorithm::sha1;
    std::string api = "https://api.cloudinary.com";            // without a path
    std::string delivery = "https://res.cloudinary.com/demo";  // followed by /image/upload/...
};

// From CLOUDINARY_URL where it is set ("cloudinary://key:secret@cloud"), otherwise from the three
// variables. As in Cloudinary's own libraries, the query of CLOUDINARY_URL may name another host of
// the API ("upload_prefix=https://api-eu.cloudinary.com") and of deliveries
// ("secure_distribution=media.example.org"). Both are https, and http on this machine alone.
cloudinary_account account_from(const cloudinary_config& settings);

}  // namespace medusa
