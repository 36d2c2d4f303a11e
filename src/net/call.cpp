#include "net/call.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.hpp"

namespace medusa {
namespace {

bool has_control_chars(std::string_view text) {
    return std::any_of(text.begin(), text.end(),
                       [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7f; });
}

struct cause_and_advice {
    std::string cause;
    std::string advice;
};

// Names of hosts come back in the library's words, and those of pods are secrets.
std::string without_host(std::string_view note, std::string_view url) {
    std::string text(note);
    const auto host = parse_url(url).host;
    for (auto at = text.find(host); at != std::string::npos; at = text.find(host, at))
        text.replace(at, host.size(), "it");
    return printable(text);
}

cause_and_advice explain(socket_failure failure, const std::string& shown, std::string_view note,
                         std::string_view url) {
    switch (failure) {
        case socket_failure::unknown_host:
            return {fmt::format("the host of {} is not known", shown),
                    "Check the address for typing errors, and that this machine is online"};
        case socket_failure::refused:
            return {fmt::format("{} refuses connections", shown),
                    "Check that the server runs and that the port is right"};
        case socket_failure::connect_timeout:
            return {fmt::format("{} does not answer when called", shown),
                    "Check that the server runs and that no firewall stands between"};
        case socket_failure::tls:
            return {fmt::format("no encrypted connection to {} came about", shown),
                    "Check whether the server speaks https at that port, or plain http"};
        case socket_failure::certificate:
            return {fmt::format("the certificate of {} is not trusted{}{}", shown,
                                note.empty() ? "" : ": ", without_host(note, url)),
                    "Check the name in the address; a server of your own needs a certificate that "
                    "this machine trusts"};
        case socket_failure::reset:
            return {fmt::format("{} cut the connection before it answered", shown),
                    "The server may be restarting; its log says more"};
        case socket_failure::silent:
            return {fmt::format("{} took too long to answer", shown),
                    "The server may be overloaded or stuck; its log says more"};
        case socket_failure::cut_short:
            return {fmt::format("the answer of {} broke off", shown),
                    "The server may be restarting, or the line is bad"};
        case socket_failure::not_http:
            return {fmt::format("{} answers, but not in HTTP", shown),
                    "Check the port, and whether the address begins with http or https"};
        case socket_failure::too_large:
            return {fmt::format("{} sent more than is accepted", shown),
                    "Check that the address is that of the service, and not of something else"};
    }
    return {};
}

std::string advice_for_page(failure_class kind) {
    return kind == failure_class::warming
               ? "The server is probably still starting; if it stays like this, check the address "
                 "and the port"
               : "Check that the address is that of the API, and that the server is running";
}

std::string advice_for_status(const remote_failure& failure) {
    const int status = failure.status;
    if (status / 100 == 3) return "Use the address that it names";
    if (status == 401 || status == 403 || status == 407)
        return "Check the token or the password for this server";
    if (status == 404 && failure.kind == failure_class::lost)
        return "The server may have been restarted";
    if (status == 404) return "Check the address: it should be where the API begins";
    if (status == 413) return "Send a smaller picture or text";
    if (status == 524) return "The proxy cuts what is silent for 100 s; ask for less at a time";
    switch (failure.kind) {
        case failure_class::throttled:
            return failure.wait.count() == 0
                       ? "Try again later"
                       : fmt::format("Try again in {} s", (failure.wait.count() + 999) / 1'000);
        case failure_class::warming:
            return "The server is still starting";
        case failure_class::transient:
        case failure_class::ambiguous:
            return "Try again later; the server's log says more";
        case failure_class::permanent:
        case failure_class::lost:
            return "The server's log says more";
    }
    return {};
}

}  // namespace

url_parts address_of(const call_words& call, std::string_view scheme) {
    try {
        auto address = parse_url(call.url);
        if (address.scheme == scheme || address.scheme == std::string(scheme) + "s") return address;
        throw error(errc::invalid_argument, fmt::format("not an address of {}", scheme));
    } catch (const error& refused) {
        throw error(refused.code(), fmt::format("{}: {}", call.failure_words, refused.detail()),
                    refused.advice(), std::string(call.upstream));
    }
}

void check_headers(const std::vector<http_header>& headers, std::string_view bearer) {
    for (const auto& [name, value] : headers)
        if (has_control_chars(name) || has_control_chars(value))
            throw error(errc::invalid_argument,
                        "a header holds a control character: " + printable(name));
    if (has_control_chars(bearer))
        throw error(errc::invalid_argument, "the token holds a control character",
                    "A file with a token holds nothing but the token");
}

error socket_error(const call_words& call, socket_failure failure, bool sent,
                   std::string_view note) {
    auto words = explain(failure, printable_url(call.url), note, call.url);
    const auto code = failure == socket_failure::silent ? errc::timed_out : errc::unavailable;
    return error(code, classify_socket(call.facts, failure, sent),
                 fmt::format("{}: {}", call.failure_words, words.cause), std::move(words.advice),
                 std::string(call.upstream));
}

std::optional<error> status_error(const call_words& call, int status,
                                  const std::vector<http_header>& headers,
                                  std::string_view body_start, std::string_view reason,
                                  time_point now) {
    const auto failure = classify_reply(call.facts, status, headers, body_start, now);
    if (!failure) return std::nullopt;

    auto cause = fmt::format("{} answered with status {}", printable_url(call.url), status);
    auto advice = advice_for_status(*failure);
    const bool is_page = call.facts.wants_data && looks_like_html(headers, body_start);
    if (is_page && (status / 100 == 2 || status == 404)) {
        cause += " and a web page in place of data";
        advice = advice_for_page(failure->kind);
    } else if (status / 100 == 3) {
        cause += ", which points to " + printable_url(find_header(headers, "location"));
    }
    if (!reason.empty()) cause += fmt::format(": {}", printable(reason));
    return error(errc_of(*failure), *failure, fmt::format("{}: {}", call.failure_words, cause),
                 std::move(advice), std::string(call.upstream));
}

error stopped_error(const call_words& call) {
    return error(errc::cancelled, fmt::format("{}: stopped", call.failure_words), {},
                 std::string(call.upstream));
}

}  // namespace medusa
