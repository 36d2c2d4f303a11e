#include "asset/cloudinary/signature.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/hash.hpp"

namespace medusa {

std::string text_to_sign(const call_parameters& parameters) {
    std::vector<std::string> pairs;
    for (const auto& [name, value] : parameters) {
        if (value.empty()) continue;
        auto& pair = pairs.emplace_back();
        // Otherwise the end of one value could pass for a parameter of its own.
        for (const char c : fmt::format("{}={}", name, value)) c == '&' ? pair += "%26" : pair += c;
    }
    std::sort(pairs.begin(), pairs.end());
    return fmt::format("{}", fmt::join(pairs, "&"));
}

std::string signature_of(const call_parameters& parameters, std::string_view secret,
                         signature_algorithm algorithm) {
    const auto text = text_to_sign(parameters).append(secret);
    switch (algorithm) {
        case signature_algorithm::sha1:
            return sha1_hex(text);
        case signature_algorithm::sha256:
            return sha256_hex(text);
    }
    return {};
}

}  // namespace medusa
