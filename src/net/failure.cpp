#include "net/failure.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace medusa {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

// Statuses that a gateway gives when what stands behind it is not there (yet).
bool is_absent_behind_gateway(int status) {
    return status == 502 || status == 503 || status == 504 || (status >= 520 && status <= 523) ||
           status == 530;
}

// Statuses of a gateway that passed the request on and lost the answer.
bool is_answer_lost(int status) {
    return status == 502 || status == 504 || status == 520 || status == 524 || status == 598 ||
           status == 599;
}

// By the status alone. What is not listed goes by its first digit, as RFC 9110 (15) wants it.
failure_class class_of_status(int status) {
    switch (status) {
        case 420:
        case 429:
            return failure_class::throttled;
        case 408:
        case 421:  // this connection was the wrong one for the name
        case 423:  // Cloudinary: still being processed
        case 425:
            return failure_class::transient;
        case 501:
        case 505:
        case 506:
        case 510:
        case 511:  // a sign-in page stands between
        case 526:  // Cloudflare: the origin's certificate is invalid
            return failure_class::permanent;
    }
    return status >= 500 ? failure_class::transient : failure_class::permanent;
}

bool is_young(const call_facts& facts) {
    return facts.pod_age && *facts.pod_age < pod_start_max;
}

// A page where data should be: behind RunPod's proxy, a pod that starts or is gone.
failure_class class_of_page(const call_facts& facts, int status) {
    switch (facts.service) {
        case remote_service::engine:
            return !facts.pod_age || is_young(facts) ? failure_class::warming
                                                     : failure_class::transient;
        case remote_service::cloudinary:
            return status == 200 ? failure_class::transient : failure_class::permanent;
        case remote_service::generic:
            break;
    }
    return failure_class::permanent;
}

failure_class class_of_failure(const call_facts& facts, int status, bool is_page) {
    if (is_page && (status / 100 == 2 || status == 404)) return class_of_page(facts, status);
    if (status == 404 && facts.job_may_be_gone) return failure_class::lost;

    const bool engine = facts.service == remote_service::engine;
    if (is_young(facts) && (status == 502 || status == 503)) return failure_class::warming;
    if (!facts.idempotent && is_answer_lost(status)) return failure_class::ambiguous;
    if (engine && is_young(facts) && is_absent_behind_gateway(status))
        return failure_class::warming;
    if (engine && !facts.pod_age && status == 530) return failure_class::warming;
    return class_of_status(status);
}

bool starts_with_ignoring_case(std::string_view text, std::string_view lower) {
    return text.size() >= lower.size() &&
           std::equal(lower.begin(), lower.end(), text.begin(),
                      [](char a, char b) { return a == (b >= 'A' && b <= 'Z' ? b + 32 : b); });
}

std::optional<milliseconds> until_date(std::string_view text, time_point now) {
    const auto seconds = curl_getdate(std::string(text).c_str(), nullptr);
    if (seconds < 0) return std::nullopt;
    const time_point then{std::chrono::seconds(seconds)};
    return std::clamp(milliseconds(then - now), 0ms, told_wait_max);
}

std::optional<milliseconds> seconds_or_date(std::string_view text, time_point now) {
    if (text.empty()) return std::nullopt;
    if (text.find_first_not_of("0123456789") != std::string_view::npos)
        return until_date(text, now);
    std::int64_t seconds = 0;
    const auto end = text.data() + text.size();
    // More digits than fit say "long": the cap is the answer.
    if (std::from_chars(text.data(), end, seconds).ec != std::errc{} ||
        seconds > told_wait_max / 1s)
        return told_wait_max;
    return milliseconds(std::chrono::seconds(seconds));
}

}  // namespace

std::string_view find_header(const std::vector<http_header>& headers, std::string_view name) {
    for (const auto& header : headers)
        if (header.name == name) return header.value;
    return {};
}

bool looks_like_html(const std::vector<http_header>& headers, std::string_view body_start) {
    if (starts_with_ignoring_case(find_header(headers, "content-type"), "text/html")) return true;
    constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (body_start.starts_with(byte_order_mark)) body_start.remove_prefix(byte_order_mark.size());
    body_start.remove_prefix(std::min(body_start.find_first_not_of(" \t\r\n"), body_start.size()));
    return starts_with_ignoring_case(body_start, "<!doctype html") ||
           starts_with_ignoring_case(body_start, "<html");
}

milliseconds told_wait(const std::vector<http_header>& headers, time_point now) {
    if (const auto wait = seconds_or_date(find_header(headers, "retry-after"), now)) return *wait;
    const auto reset = find_header(headers, "x-featureratelimit-reset");
    return reset.empty() ? 0ms : until_date(reset, now).value_or(0ms);
}

std::optional<remote_failure> classify_reply(const call_facts& facts, int status,
                                             const std::vector<http_header>& headers,
                                             std::string_view body_start, time_point now) {
    const bool is_page = facts.wants_data && looks_like_html(headers, body_start);
    if (status / 100 == 2 && !is_page) return std::nullopt;

    remote_failure failure{class_of_failure(facts, status, is_page), 0ms, status};
    if (failure.kind == failure_class::permanent || failure.kind == failure_class::lost)
        return failure;
    // Cloudinary sends its reset time with every reply; it counts where the limit was met.
    const bool limited = class_of_status(status) == failure_class::throttled;
    if (limited || !find_header(headers, "retry-after").empty())
        failure.wait = told_wait(headers, now);
    if (failure.kind == failure_class::transient && failure.wait > 0ms)
        failure.kind = failure_class::throttled;
    return failure;
}

remote_failure classify_socket(const call_facts& facts, socket_failure failure, bool sent) {
    // What happened before the request had left cannot have had an effect.
    const bool may_have_acted = sent && !facts.idempotent;
    switch (failure) {
        case socket_failure::certificate:
            return {failure_class::permanent};
        case socket_failure::unknown_host:
        case socket_failure::refused:
        case socket_failure::connect_timeout:
        case socket_failure::tls:
            return {failure_class::transient};
        case socket_failure::reset:
        case socket_failure::silent:
        case socket_failure::cut_short:
            return {may_have_acted ? failure_class::ambiguous : failure_class::transient};
        case socket_failure::not_http:
        case socket_failure::too_large:
            return {may_have_acted ? failure_class::ambiguous : failure_class::permanent};
    }
    return {failure_class::permanent};
}

errc errc_of(const remote_failure& failure) {
    switch (failure.status) {
        case 400:
        case 413:
        case 415:
        case 422:
            return errc::invalid_argument;
        case 401:
        case 403:
        case 407:
            return errc::unauthorized;
        case 408:
        case 504:
        case 524:
            return errc::timed_out;
        case 420:
        case 429:
            return errc::quota;
    }
    return errc::unavailable;
}

std::string_view to_string(failure_class kind) {
    switch (kind) {
        case failure_class::transient:
            return "transient";
        case failure_class::throttled:
            return "throttled";
        case failure_class::warming:
            return "warming";
        case failure_class::ambiguous:
            return "ambiguous";
        case failure_class::permanent:
            return "permanent";
        case failure_class::lost:
            return "lost";
    }
    return "permanent";
}

}  // namespace medusa
