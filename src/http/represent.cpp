#include "http/represent.hpp"

#include <libdeflate.h>

#include <algorithm>
#include <charconv>
#include <memory>

#include "core/error.hpp"
#include "core/hash.hpp"
#include "core/text.hpp"

namespace medusa::http {
namespace {

// Less than that goes in one packet anyhow.
constexpr std::size_t gzip_bytes_min = 1'400;
constexpr int gzip_level = 1;  // a page of characters in a fraction of a millisecond
constexpr int gzip_level_best = 12;
constexpr std::size_t etag_hex_digits = 32;
constexpr std::string_view gzip_mark = "-gzip";

bool is_text(std::string_view type) {
    return type.starts_with("application/json") || type.starts_with("application/problem+json") ||
           type.starts_with("text/");
}

// The weight of a coding, from 0 to 1; what cannot be read counts as 0: unwanted.
double weight_in(const std::vector<std::string>& parts) {
    double weight = 1;
    for (std::size_t i = 1; i < parts.size(); ++i) {
        const auto parameter = to_lower(collapse_spaces(parts[i]));
        if (!parameter.starts_with("q=")) continue;
        const auto* end = parameter.data() + parameter.size();
        const auto [last, problem] = std::from_chars(parameter.data() + 2, end, weight);
        if (problem != std::errc() || last != end || !(weight >= 0 && weight <= 1)) return 0;
    }
    return weight;
}

std::string compressed(const std::string& plain, int level) {
    const std::unique_ptr<libdeflate_compressor, void (*)(libdeflate_compressor*)> by(
        libdeflate_alloc_compressor(level), libdeflate_free_compressor);
    if (!by) throw error(errc::internal, "there is no memory to compress the answer");
    std::string packed(libdeflate_gzip_compress_bound(by.get(), plain.size()), '\0');
    packed.resize(libdeflate_gzip_compress(by.get(), plain.data(), plain.size(), packed.data(),
                                           packed.size()));
    return packed;
}

}  // namespace

fixed_text fixed_of(std::string plain) {
    auto gzip = compressed(plain, gzip_level_best);
    auto etag = etag_of(plain);
    return {std::move(plain), std::move(gzip), std::move(etag)};
}

std::string etag_of(std::string_view body) {
    return '"' + sha256_hex(body).substr(0, etag_hex_digits) + '"';
}

bool names_tag(std::string_view list, std::string_view etag, tag_comparison by) {
    for (const auto& part : split(list, ',')) {
        auto tag = collapse_spaces(part);
        if (tag == "*") return true;
        if (by == tag_comparison::weak && tag.starts_with("W/")) tag.erase(0, 2);
        if (tag.ends_with(std::string(gzip_mark) + '"'))
            tag.erase(tag.size() - gzip_mark.size() - 1, gzip_mark.size());
        if (tag == etag) return true;
    }
    return false;
}

bool wants_gzip(std::string_view accepted) {
    double gzip = -1;
    double any = -1;
    double plain = -1;
    for (const auto& part : split(accepted, ',')) {
        const auto parts = split(part, ';');
        const auto coding = to_lower(collapse_spaces(parts.front()));
        const double weight = weight_in(parts);
        if (coding == "gzip" || coding == "x-gzip") gzip = std::max(gzip, weight);
        if (coding == "*") any = weight;
        if (coding == "identity") plain = weight;
    }
    if (gzip < 0) gzip = any;
    return gzip > 0 && gzip >= plain;
}

void represent(const request& asked, response& reply) {
    if (!reply.has("Cache-Control"))
        reply.headers.emplace_back("Cache-Control",
                                   reply.status == 200 ? "private, no-cache" : "no-store");
    if (reply.file || reply.has("ETag") || !is_text(reply.content_type)) return;
    const bool packs = reply.body.size() >= gzip_bytes_min;
    const bool packed = packs && wants_gzip(asked.header("accept-encoding"));
    if (packs) reply.set("Vary", "Accept-Encoding");
    if (reply.status == 200 && (asked.method == "GET" || asked.method == "HEAD")) {
        const auto tag = reply.fixed ? reply.fixed->etag : etag_of(reply.body);
        auto sent = tag;
        if (packed) sent.insert(sent.size() - 1, gzip_mark);
        reply.headers.emplace_back("ETag", sent);
        const auto known = asked.header("if-none-match");
        if (!known.empty() && names_tag(known, tag, tag_comparison::weak)) {
            reply.status = 304;
            reply.content_type.clear();
            reply.body.clear();
            return;
        }
    }
    if (!packed) return;
    reply.body = reply.fixed ? reply.fixed->gzip : compressed(reply.body, gzip_level);
    reply.headers.emplace_back("Content-Encoding", "gzip");
}

}  // namespace medusa::http
