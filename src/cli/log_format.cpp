#include "cli/log_format.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "core/base64.hpp"
#include "core/text.hpp"
#include "net/url.hpp"

namespace medusa {
namespace {

namespace json = boost::json;

constexpr std::string_view mask = "***";
// Shorter ones would mask words that are none.
constexpr std::size_t secret_chars_min = 6;

// Names whose values nobody should see, as they end: "api_key=", "X-Api-Key: ", "access_token".
constexpr std::string_view secret_names[] = {"token", "secret", "password",     "passwd",
                                             "key",   "apikey", "signature",    "sig",
                                             "auth",  "jwt",    "authorization"};
constexpr std::size_t name_chars_max = 13;  // of the longest of them

bool is_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.' || c == '~' || c == '+' || c == '/' || c == '=' || c == '%' ||
           c == '*' || c == '$' || c == '!';
}

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c;
}

std::string lower(std::string_view ascii) {
    std::string text(ascii);
    for (char& c : text) c = lower(c);
    return text;
}

// From `at` on: what is no separator.
std::size_t end_of_value(std::string_view text, std::size_t at) {
    while (at < text.size() && is_word(text[at])) ++at;
    return at;
}

void mask_range(std::string& text, std::size_t begin, std::size_t end) {
    if (end > begin) text.replace(begin, end - begin, mask);
}

// "Bearer x" and "Basic x".
void mask_schemes(std::string& text) {
    for (const std::string_view scheme : {"bearer ", "basic "}) {
        const auto same = [](char a, char b) { return lower(a) == b; };
        for (std::size_t at = 0;;) {
            const auto found = std::search(text.begin() + std::ptrdiff_t(at), text.end(),
                                           scheme.begin(), scheme.end(), same);
            if (found == text.end()) break;
            at = std::size_t(found - text.begin()) + scheme.size();
            mask_range(text, at, end_of_value(text, at));
        }
    }
}

bool is_secret_name(std::string_view text) {
    const auto tail = lower(text.substr(text.size() - std::min(text.size(), name_chars_max)));
    return std::any_of(std::begin(secret_names), std::end(secret_names),
                       [&](std::string_view name) { return tail.ends_with(name); });
}

// "name=value", "name: value" and "\"name\": \"value\"" of the names above.
void mask_values(std::string& text) {
    for (std::size_t at = 0; (at = text.find_first_of("=:", at)) != std::string::npos; ++at) {
        auto name_end = at;
        if (name_end > 0 && text[name_end - 1] == '"') --name_end;
        if (!is_secret_name(std::string_view(text).substr(0, name_end))) continue;
        auto begin = at + 1;
        while (begin < text.size() && (text[begin] == ' ' || text[begin] == '"')) ++begin;
        const auto word = lower(std::string_view(text).substr(begin, 7));
        if (word == "bearer " || word.starts_with("basic ")) continue;  // see mask_schemes()
        mask_range(text, begin, end_of_value(text, begin));
    }
}

// "scheme://user:password@host".
void mask_sign_ins(std::string& text) {
    for (std::size_t at = 0; (at = text.find("://", at)) != std::string::npos;) {
        at += 3;
        const auto end = std::min(text.find_first_of(" \"'/?#", at), text.size());
        const auto sign = std::string_view(text).substr(at, end - at).rfind('@');
        if (sign != std::string_view::npos) mask_range(text, at, at + sign);
    }
}

// Our own tokens, and JSON Web Tokens.
void mask_tokens(std::string& text) {
    for (const std::string_view head : {"mds_", "whsec_", "eyJ"})
        for (std::size_t at = 0; (at = text.find(head, at)) != std::string::npos;) {
            const auto end = end_of_value(text, at);
            constexpr std::size_t token_chars_min = 30;
            if (end - at >= token_chars_min) mask_range(text, at, end);
            at += mask.size();
        }
}

std::string_view word_of(log_level level) {
    switch (level) {
        case log_level::debug:
            return "debug";
        case log_level::info:
            return "info";
        case log_level::warning:
            return "warning";
        case log_level::error:
            break;
    }
    return "error";
}

}  // namespace

std::string without_secrets(std::string text) {
    mask_sign_ins(text);
    mask_schemes(text);
    mask_values(text);
    mask_tokens(text);
    return text;
}

log_writer::log_writer(log_format form, std::vector<std::string> secrets) : form_(form) {
    for (auto& secret : secrets) {
        if (secret.size() < secret_chars_min) continue;
        secrets_.push_back(url_escape(secret));
        secrets_.push_back(to_base64(secret));
        secrets_.push_back(std::move(secret));
    }
}

std::string log_writer::shown(std::string_view text) const {
    std::string clean(text);
    for (const auto& secret : secrets_)
        for (std::size_t at = 0; (at = clean.find(secret, at)) != std::string::npos;) {
            clean.replace(at, secret.size(), mask);
            at += mask.size();
        }
    // JSON is UTF-8.
    if (!is_valid_utf8(clean))
        for (char& c : clean)
            if (static_cast<unsigned char>(c) >= 0x80) c = '?';
    return printable(without_secrets(std::move(clean)));
}

std::string log_writer::line(const log_entry& entry, time_point now) const {
    if (form_ == log_format::text) {
        std::string text = shown(entry.msg);
        const auto add = [&](std::string_view name, const std::string& value) {
            if (!value.empty()) text += fmt::format(" {}={}", name, shown(value));
        };
        for (const auto& [name, value] : entry.more)
            if (const auto* number = std::get_if<std::int64_t>(&value))
                add(name, std::to_string(*number));
            else
                add(name, std::get<std::string>(value));
        add("request_id", entry.request_id);
        add("owner", entry.owner);
        return text;
    }
    json::object line{{"ts", to_rfc3339(now)}, {"level", word_of(entry.level)}};
    const auto add = [&](std::string_view name, std::string_view value) {
        if (!value.empty()) line[name] = shown(value);
    };
    add("msg", entry.msg);
    add("request_id", entry.request_id);
    add("job_id", entry.job_id);
    add("owner", entry.owner);
    for (const auto& [name, value] : entry.more)
        if (const auto* number = std::get_if<std::int64_t>(&value))
            line[name] = *number;
        else
            add(name, std::get<std::string>(value));
    return json::serialize(line);
}

}  // namespace medusa
