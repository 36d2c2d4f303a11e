#include "net/url.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <array>
#include <memory>

#include "core/error.hpp"
#include "core/text.hpp"

namespace medusa {
namespace {

struct url_closer {
    void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using url_handle = std::unique_ptr<CURLU, url_closer>;

// Debian's curl cannot fetch ws and wss, but it parses them alike.
constexpr unsigned any_scheme = CURLU_NON_SUPPORT_SCHEME;

error bad_address() {
    return error(errc::invalid_argument, "not an http or https address",
                 "An address looks like http://127.0.0.1:8188 or https://host.example/path");
}

url_handle open_url(std::string_view text) {
    url_handle url(curl_url());
    if (!url || text.find('\0') != std::string_view::npos ||
        curl_url_set(url.get(), CURLUPART_URL, std::string(text).c_str(), any_scheme) != CURLUE_OK)
        throw bad_address();
    return url;
}

// Empty if the address has no such part.
std::string part_of(CURLU* url, CURLUPart part, unsigned flags = 0) {
    char* text = nullptr;
    if (curl_url_get(url, part, &text, flags) != CURLUE_OK) return {};
    const std::unique_ptr<char, void (*)(void*)> owner(text, curl_free);
    return text;
}

void set_part(CURLU* url, CURLUPart part, const char* value) {
    if (curl_url_set(url, part, value, any_scheme) != CURLUE_OK) throw bad_address();
}

int default_port(const std::string& scheme) {
    return scheme == "https" || scheme == "wss" ? 443 : 80;
}

// The names of these are all that keeps strangers out.
constexpr std::array secret_domains = {".proxy.runpod.net", ".trycloudflare.com", ".ngrok-free.app",
                                       ".ngrok-free.dev",   ".ngrok.app",         ".ngrok.io"};

std::string masked_host(const std::string& host) {
    for (const std::string_view domain : secret_domains) {
        if (!host.ends_with(domain)) continue;
        const auto name = host.substr(0, host.size() - domain.size());
        // RunPod's "{pod id}-{port}": the port is no secret, and helps.
        const auto dash = domain == secret_domains[0] ? name.rfind('-') : std::string::npos;
        const auto shown_end = dash == std::string::npos ? std::string() : name.substr(dash);
        const auto secret_size = name.size() - shown_end.size();
        return name.substr(0, secret_size > 6 ? 2 : 0) + "***" + shown_end + std::string(domain);
    }
    return host;
}

}  // namespace

std::string url_parts::origin() const {
    return fmt::format("{}://{}:{}", scheme, host, port);
}

url_parts parse_url(std::string_view text) {
    const auto url = open_url(text);
    url_parts parts;
    parts.scheme = part_of(url.get(), CURLUPART_SCHEME);
    if (parts.scheme != "http" && parts.scheme != "https" && parts.scheme != "ws" &&
        parts.scheme != "wss")
        throw bad_address();
    parts.user = part_of(url.get(), CURLUPART_USER, CURLU_URLDECODE);
    parts.password = part_of(url.get(), CURLUPART_PASSWORD, CURLU_URLDECODE);
    parts.host = to_lower(part_of(url.get(), CURLUPART_HOST));
    const auto port = part_of(url.get(), CURLUPART_PORT);
    parts.port = port.empty() ? default_port(parts.scheme) : std::stoi(port);
    parts.path = part_of(url.get(), CURLUPART_PATH);
    parts.query = part_of(url.get(), CURLUPART_QUERY);
    if (parts.host.empty() || parts.port == 0) throw bad_address();
    return parts;
}

std::string join_url(std::string_view base, std::string_view path) {
    const auto parts = parse_url(base);
    const auto question = path.find('?');
    auto joined = parts.path;
    while (joined.ends_with('/')) joined.pop_back();
    const auto below = path.substr(0, question);
    if (!below.starts_with('/')) joined += '/';
    joined += below;

    const auto url = open_url(base);
    set_part(url.get(), CURLUPART_PATH, joined.c_str());
    set_part(url.get(), CURLUPART_FRAGMENT, nullptr);
    const auto query =
        question == std::string_view::npos ? std::string() : std::string(path.substr(question + 1));
    set_part(url.get(), CURLUPART_QUERY, query.empty() ? nullptr : query.c_str());
    return part_of(url.get(), CURLUPART_URL, any_scheme);
}

std::string url_escape(std::string_view text) {
    if (text.empty()) return {};
    const std::unique_ptr<char, void (*)(void*)> escaped(
        curl_easy_escape(nullptr, text.data(), int(text.size())), curl_free);
    return escaped ? escaped.get() : std::string();
}

std::string query_string(const std::vector<std::pair<std::string, std::string>>& fields) {
    std::string query;
    for (const auto& [name, value] : fields)
        query +=
            fmt::format("{}{}={}", query.empty() ? "" : "&", url_escape(name), url_escape(value));
    return query;
}

std::string websocket_url(std::string_view text) {
    const auto scheme = parse_url(text).scheme;
    const auto url = open_url(text);
    set_part(url.get(), CURLUPART_SCHEME, scheme == "https" || scheme == "wss" ? "wss" : "ws");
    return part_of(url.get(), CURLUPART_URL, any_scheme);
}

std::string printable_url(std::string_view text) {
    try {
        const auto parts = parse_url(text);
        const auto port = parts.port == default_port(parts.scheme) ? std::string()
                                                                   : fmt::format(":{}", parts.port);
        const auto path = parts.path == "/" ? std::string() : parts.path;
        return printable(fmt::format("{}://{}{}{}{}", parts.scheme, masked_host(parts.host), port,
                                     path, parts.query.empty() ? "" : "?***"));
    } catch (const error&) {
        return "(not an address)";
    }
}

bool is_loopback(std::string_view host) {
    // "127.example.org" is a name like any other.
    const bool numeric = host.find_first_not_of("0123456789.") == std::string_view::npos;
    return host == "localhost" || host.ends_with(".localhost") || host == "::1" ||
           host == "[::1]" || (numeric && host.starts_with("127."));
}

}  // namespace medusa
