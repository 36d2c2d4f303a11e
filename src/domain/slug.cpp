#include "domain/slug.hpp"

#include <unicode/translit.h>

#include <algorithm>
#include <memory>

#include "core/error.hpp"
#include "core/text.hpp"

namespace medusa {
namespace {

constexpr std::size_t max_chars = 60;

std::unique_ptr<icu::Transliterator> make_transliterator() {
    UErrorCode status = U_ZERO_ERROR;
    std::unique_ptr<icu::Transliterator> made(icu::Transliterator::createInstance(
        "Any-Latin; Latin-ASCII; Lower", UTRANS_FORWARD, status));
    if (U_FAILURE(status) || !made)
        throw error(errc::internal,
                    std::string("ICU has no transliterator: ") + u_errorName(status));
    return made;
}

std::string to_ascii(std::string_view name) {
    // Most names need no transliterator, and making it costs 20 ms of a command's start.
    if (std::all_of(name.begin(), name.end(), [](unsigned char c) { return c < 0x80; }))
        return to_lower(name);
    // Made once. Its transliterate() is const and locks its own caches.
    static const auto transliterator = make_transliterator();
    auto text = icu::UnicodeString::fromUTF8({name.data(), static_cast<int32_t>(name.size())});
    transliterator->transliterate(text);
    std::string ascii;
    text.toUTF8String(ascii);
    return ascii;
}

bool is_kept(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool looks_like_a_version(std::string_view slug) {
    return slug.size() > 1 && slug[0] == 'v' &&
           slug.find_first_not_of("0123456789", 1) == std::string_view::npos;
}

}  // namespace

std::string slug_of(std::string_view name) {
    std::string slug;
    for (const char c : to_ascii(name)) {
        if (is_kept(c))
            slug += c;
        else if (!slug.empty() && slug.back() != '-')
            slug += '-';
    }
    slug.resize(std::min(slug.size(), max_chars));
    if (!slug.empty() && slug.back() == '-') slug.pop_back();
    return looks_like_a_version(slug) ? std::string() : slug;
}

}  // namespace medusa
