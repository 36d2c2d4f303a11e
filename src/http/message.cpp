#include "http/message.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"
#include "core/text.hpp"

namespace medusa::http {
namespace {

constexpr std::size_t parameters_max = 64;

[[noreturn]] void refuse(const char* problem) {
    throw error(errc::invalid_argument, fmt::format("the address of the request {}", problem),
                "Addresses look like /api/characters/123456?limit=10");
}

int digit_of(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

enum class plus { stays, is_blank };

std::string decoded(std::string_view text, plus rule) {
    std::string plain;
    plain.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        char c = text[i];
        if (c == '+' && rule == plus::is_blank) c = ' ';
        if (c == '%') {
            const int high = i + 2 < text.size() ? digit_of(text[i + 1]) : -1;
            const int low = high < 0 ? -1 : digit_of(text[i + 2]);
            if (low < 0) refuse("holds a malformed escape");
            c = char(high * 16 + low);
            i += 2;
        }
        if (static_cast<unsigned char>(c) < ' ' || c == '\x7f') refuse("holds control characters");
        plain += c;
    }
    if (!is_valid_utf8(plain)) refuse("is not UTF-8");
    return plain;
}

}  // namespace

target parse_target(std::string_view text) {
    if (!text.starts_with('/')) refuse("does not begin with a slash");
    const auto question = std::min(text.find('?'), text.size());
    const auto path = text.substr(1, question - 1);
    target found;
    found.text = text;
    if (!path.empty())
        for (const auto& segment : split(path, '/')) {
            auto plain = decoded(segment, plus::stays);
            if (plain == "." || plain == "..") refuse("climbs out of its folder");
            found.path.push_back(std::move(plain));
        }
    if (question == text.size()) return found;
    for (const auto& part : split(text.substr(question + 1), '&')) {
        if (part.empty()) continue;
        if (found.query.size() == parameters_max) refuse("has too many parameters");
        const auto equals = std::min(part.find('='), part.size());
        const auto value = std::string_view(part).substr(std::min(equals + 1, part.size()));
        found.query.emplace_back(decoded(std::string_view(part).substr(0, equals), plus::is_blank),
                                 decoded(value, plus::is_blank));
    }
    return found;
}

std::string lower_ascii(std::string_view text) {
    std::string lower(text);
    for (char& c : lower)
        if (c >= 'A' && c <= 'Z') c = char(c - 'A' + 'a');
    return lower;
}

std::string_view request::header(std::string_view lower_case_name) const {
    for (const auto& [name, value] : headers)
        if (name == lower_case_name) return value;
    return {};
}

std::optional<std::string> request::parameter(std::string_view name) const {
    for (const auto& [known, value] : at.query)
        if (known == name) return value;
    return std::nullopt;
}

void response::set(std::string_view name, std::string value) {
    for (auto& [known, now] : headers) {
        if (known != name) continue;
        now = name == "Vary" ? now + ", " + value : std::move(value);
        return;
    }
    headers.emplace_back(name, std::move(value));
}

bool response::has(std::string_view name) const {
    return std::any_of(headers.begin(), headers.end(),
                       [&](const auto& header) { return header.first == name; });
}

}  // namespace medusa::http
