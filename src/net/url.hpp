// Addresses, by the same parser that fetches them (curl's), so that what is checked is what is
// called. Pure functions: any thread.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace medusa {

struct url_parts {
    std::string scheme;  // http, https, ws or wss
    std::string user;    // percent-decoded, as is the password
    std::string password;
    std::string host;  // lower case; IPv6 in brackets
    int port = 0;      // the scheme's own if none is written
    std::string path;  // begins with '/'; percent-encoded, as is the query
    std::string query;

    // "scheme://host:port": which connections can serve it.
    std::string origin() const;
};

// Throws error(invalid_argument) for anything but an absolute http, https, ws or wss address; its
// text does not repeat the address (which may hold a password).
url_parts parse_url(std::string_view url);

// `path` ("prompt", "history/1?x=y") below `base`, whose own path stays in front: "http://h/sd/"
// and "prompt" give "http://h/sd/prompt". User and password stay, the base's query goes. Throws as
// parse_url does.
std::string join_url(std::string_view base, std::string_view path);

// "name=value&..." with everything escaped that is not a letter, a digit or one of "-._~".
std::string query_string(const std::vector<std::pair<std::string, std::string>>& fields);
// The same for one segment of a path or one value.
std::string url_escape(std::string_view text);

// The address of a WebSocket at the same place: ws for http, wss for https.
std::string websocket_url(std::string_view url);

// For people and logs: without user, password and query, and with the name of a pod or tunnel
// masked, since who knows it can use it ("https://ab***-8188.proxy.runpod.net"). Loopback is shown
// as it is. Never throws: what is no address gives "(not an address)".
std::string printable_url(std::string_view url);

// Whether a host is this machine by its name or number: localhost, 127.0.0.0/8, ::1.
bool is_loopback(std::string_view host);

}  // namespace medusa
