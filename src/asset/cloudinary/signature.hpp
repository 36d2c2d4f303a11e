// Signatures of calls to Cloudinary, version 2: right for any text. Pure functions: any thread.
//
// Facts: Cloudinary's documentation of signed calls; shared vectors in signature_test.cpp.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace medusa {

enum class signature_algorithm { sha1, sha256 };

using call_parameters = std::vector<std::pair<std::string, std::string>>;

// The parameters as they are signed: those without a value left out, each '&' inside of one written
// as "%26", sorted, joined by '&'. The caller gives what is sent except file, cloud_name,
// resource_type, api_key and signature.
std::string text_to_sign(const call_parameters& parameters);

// Lower-case hexadecimal digits, 40 or 64.
std::string signature_of(const call_parameters& parameters, std::string_view secret,
                         signature_algorithm algorithm);

}  // namespace medusa
