#include "asset/cloudinary/calls.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>

#include "core/error.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"
#include "net/call_log.hpp"
#include "net/reply_json.hpp"
#include "net/url.hpp"

namespace medusa {
namespace {

namespace json = boost::json;
using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr std::string_view upstream = "cloudinary";
constexpr auto upload_words = "Cloudinary upload failed";
constexpr milliseconds upload_deadline{300'000};  // 64 MiB over a slow line
constexpr milliseconds upload_silence_max{60'000};
constexpr std::size_t answer_bytes_max = std::size_t{4} << 20;  // a page of 500 assets
constexpr std::size_t reason_bytes_max = 300;
constexpr int page_size = 500;

constexpr auto sign_in_advice =
    "Check CLOUDINARY_CLOUD_NAME, CLOUDINARY_API_KEY and CLOUDINARY_API_SECRET, or CLOUDINARY_URL, "
    "against the dashboard of the account";
constexpr auto signature_advice =
    "Check CLOUDINARY_API_SECRET; an account may be restricted to "
    "CLOUDINARY_SIGNATURE_ALGORITHM=sha256";
constexpr auto clock_advice = "Set the clock of this machine: signatures are valid for an hour";

std::string without(std::string text, const std::string& secret) {
    for (auto at = text.find(secret); at != std::string::npos && !secret.empty();
         at = text.find(secret, at))
        text.replace(at, secret.size(), "***");
    return text;
}

std::string text_in(const json::object& fields, std::string_view name) {
    return text_of(fields.if_contains(name));
}

std::int64_t number_in(const json::object& fields, std::string_view name) {
    const auto* value = fields.if_contains(name);
    if (!value || !value->is_number()) return 0;
    json::error_code inexact;
    const auto number = value->to_number<std::int64_t>(inexact);
    return inexact ? 0 : number;
}

std::optional<json::object> object_in(std::string_view body) {
    auto whole = read_json(body);
    if (!whole || !whole->is_object()) return std::nullopt;
    return std::move(whole->get_object());
}

// What a gateway left of an answer, or put in its place: the same call may well succeed.
error no_answer(const http_request& request, int status) {
    return error(errc::unavailable, remote_failure{failure_class::transient, 0ms, status},
                 fmt::format("{}: {} answered with something else than is expected",
                             request.failure_words, printable_url(request.url)),
                 "Try again later; if it stays like this, look for a proxy on the way",
                 std::string(upstream));
}

json::object fields_of(const http_request& request, const http_reply& reply) {
    auto fields = object_in(reply.body);
    if (!fields) throw no_answer(request, reply.status);
    return std::move(*fields);
}

// The version of an asset is the time of its last upload, in seconds since 1970
// (support.cloudinary.com, "What are image versions?").
time_point stored_at(std::int64_t version, time_point now) {
    return version > 0 ? time_point(std::chrono::seconds(version)) : now;
}

std::string signed_in(const std::string& address, const cloudinary_account& account) {
    const auto host = address.find("://") + 3;
    return fmt::format("{}{}:{}@{}", address.substr(0, host), url_escape(account.api_key),
                       url_escape(account.api_secret), address.substr(host));
}

}  // namespace

cloudinary_calls::cloudinary_calls(cloudinary_account account, const clock& wall, timer& time,
                                   log_sink log)
    : account_(std::move(account)),
      wall_(wall),
      time_(time),
      http_(logged(make_http_client(), std::move(log))) {}

upload_receipt cloudinary_calls::upload(const asset_name& name, std::string_view bytes,
                                        bool overwrite, const std::stop_token& stop) {
    call_parameters parameters{{"public_id", name.public_id},
                               {"asset_folder", name.folder},
                               {"overwrite", overwrite ? "1" : "0"},
                               {"invalidate", overwrite ? "1" : ""}};
    auto request = signed_request(upload_words, name.type + "/upload", std::move(parameters));
    request.deadline = upload_deadline;
    request.silence_max = upload_silence_max;
    request.form.push_back({.name = "file",
                            .data = {},
                            .file_name = "file",
                            .content_type = "application/octet-stream",
                            .borrowed = bytes});
    const auto reply = answered(kind::upload, request, stop);
    const auto fields = fields_of(request, reply);
    const auto* existing = fields.if_contains("existing");
    upload_receipt receipt{number_in(fields, "version"),
                           existing && existing->is_bool() && existing->get_bool(),
                           text_in(fields, "etag")};
    if (text_in(fields, "public_id") != name.public_id || receipt.version <= 0 ||
        receipt.etag.empty())
        throw no_answer(request, reply.status);
    return receipt;
}

void cloudinary_calls::destroy(const asset_name& name, const std::stop_token& stop) {
    const auto request = signed_request("Cloudinary deletion failed", name.type + "/destroy",
                                        {{"public_id", name.public_id}, {"invalidate", "1"}});
    const auto reply = answered(kind::upload, request, stop);
    const auto result = text_in(fields_of(request, reply), "result");
    if (result != "ok" && result != "not found") throw no_answer(request, reply.status);
}

std::optional<std::string> cloudinary_calls::download(const std::string& url,
                                                      const std::stop_token& stop) {
    auto request = request_for("Cloudinary download failed");
    request.url = url;
    request.facts.wants_data = false;
    request.reply_bytes_max = limits::image_bytes;
    try {
        return std::move(answered(kind::delivery, request, stop).body);
    } catch (const error& failed) {
        constexpr int not_found = 404;
        if (failed.failure() && failed.failure()->status == not_found) return std::nullopt;
        throw;
    }
}

found_page cloudinary_calls::list(std::string_view type, std::string_view prefix,
                                  std::string_view cursor, const std::stop_token& stop) {
    std::vector<std::pair<std::string, std::string>> query{
        {"max_results", std::to_string(page_size)}};
    if (!prefix.empty()) query.emplace_back("prefix", prefix);
    if (!cursor.empty()) query.emplace_back("next_cursor", cursor);
    const auto request =
        admin_request("Cloudinary listing failed",
                      fmt::format("resources/{}/upload?{}", type, query_string(query)));
    const auto reply = answered(kind::admin, request, stop);
    const auto fields = fields_of(request, reply);
    const auto* found = fields.if_contains("resources");
    if (!found || !found->is_array()) throw no_answer(request, reply.status);
    found_page page{{}, text_in(fields, "next_cursor")};
    for (const auto& entry : found->get_array()) {
        if (!entry.is_object()) throw no_answer(request, reply.status);
        const auto& asset = entry.get_object();
        if (auto path = path_of_found(type, text_in(asset, "public_id"), text_in(asset, "format")))
            page.assets.push_back(
                {std::move(*path),
                 std::uint64_t(std::max<std::int64_t>(number_in(asset, "bytes"), 0)),
                 stored_at(number_in(asset, "version"), wall_.now())});
    }
    return page;
}

account_usage cloudinary_calls::usage(const std::stop_token& stop) {
    const auto request = admin_request(upload_words, "usage");
    const auto fields = fields_of(request, answered(kind::admin, request, stop));
    account_usage told{.plan = text_in(fields, "plan")};
    const auto* most = fields.if_contains("media_limits");
    if (!most || !most->is_object()) return told;
    const auto bytes = [&](std::string_view name) {
        return std::uint64_t(std::max<std::int64_t>(number_in(most->get_object(), name), 0));
    };
    told.image_bytes_max = bytes("image_max_size_bytes");
    told.raw_bytes_max = bytes("raw_max_size_bytes");
    return told;
}

http_request cloudinary_calls::request_for(std::string_view words) const {
    http_request request;
    request.failure_words = words;
    request.upstream = upstream;
    // Names are ours and derived from the content, and nothing is overwritten by chance: a call
    // whose answer got lost is simply made again.
    request.facts = {.service = remote_service::cloudinary, .idempotent = true, .wants_data = true};
    request.reply_bytes_max = answer_bytes_max;
    return request;
}

http_request cloudinary_calls::signed_request(std::string_view words, std::string_view route,
                                              call_parameters parameters) const {
    const auto now = std::chrono::floor<std::chrono::seconds>(wall_.now());
    parameters.emplace_back("timestamp", std::to_string(now.time_since_epoch().count()));
    auto request = request_for(words);
    request.method = "POST";
    request.url = fmt::format("{}/v1_1/{}/{}", account_.api, account_.cloud_name, route);
    const auto signature = signature_of(parameters, account_.api_secret, account_.algorithm);
    for (auto& [name, value] : parameters)
        if (!value.empty()) request.form.push_back({.name = name, .data = std::move(value)});
    request.form.push_back({.name = "api_key", .data = account_.api_key});
    request.form.push_back({.name = "signature", .data = signature});
    return request;
}

http_request cloudinary_calls::admin_request(std::string_view words, std::string_view route) const {
    auto request = request_for(words);
    request.url =
        signed_in(fmt::format("{}/v1_1/{}/{}", account_.api, account_.cloud_name, route), account_);
    return request;
}

http_reply cloudinary_calls::answered(kind of, const http_request& request,
                                      const std::stop_token& stop) {
    respect(of, request);
    auto reply = http_->send(request, stop);
    remember(of, reply);
    const auto reason = reason_in(reply);
    if (const auto failed = reply_error(request, reply, reason, wall_))
        throw worded(*failed, reply, reason);
    return reply;
}

error cloudinary_calls::worded(const error& failed, const http_reply& reply,
                               std::string_view reason) const {
    const auto& failure = failed.failure().value();
    std::string advice = failed.advice();
    if (reason.starts_with("Stale request"))
        advice = clock_advice;
    else if (reason.starts_with("Invalid Signature"))
        advice = signature_advice;
    else if (failure.status == 401 || failure.status == 403)
        advice = sign_in_advice;
    else if (failure.kind == failure_class::transient)
        advice = "Try again later; status.cloudinary.com tells of outages";
    const auto id = reply.header("x-request-id");
    const auto detail = id.empty() ? failed.detail()
                                   : fmt::format("{} (request {})", failed.detail(),
                                                 printable(id.substr(0, reason_bytes_max)));
    return error(failed.code(), failure, detail, std::move(advice), std::string(upstream));
}

std::string cloudinary_calls::reason_in(const http_reply& reply) const {
    constexpr int success_max = 299;
    if (reply.status <= success_max) return {};
    std::string reason(reply.header("x-cld-error"));
    if (const auto fields = object_in(reply.body)) {
        const auto* told = fields->if_contains("error");
        if (told && told->is_object()) reason = text_in(told->get_object(), "message");
    }
    // What follows is our own request once more.
    reason.resize(std::min(reason.find(" String to sign"), reason.size()));
    reason.resize(std::min(reason.size(), reason_bytes_max));
    return printable(without(without(reason, account_.api_secret), account_.api_key));
}

void cloudinary_calls::respect(kind of, const http_request& request) const {
    const auto wait = milliseconds(closed_until_ms_[std::size_t(of)]) - time_.elapsed();
    if (wait <= 0ms) return;
    constexpr int limited = 420;
    throw error(errc::quota, remote_failure{failure_class::throttled, wait, limited},
                fmt::format("{}: the rate limit of the account is reached", request.failure_words),
                fmt::format("Try again in {} s", (wait.count() + 999) / 1'000),
                std::string(upstream));
}

void cloudinary_calls::remember(kind of, const http_reply& reply) {
    constexpr int limited = 420;
    constexpr int too_many = 429;
    if (reply.status != limited && reply.status != too_many &&
        reply.header("x-featureratelimit-remaining") != "0")
        return;
    const auto wait = told_wait(reply.headers, wall_.now());
    if (wait > 0ms) closed_until_ms_[std::size_t(of)] = (time_.elapsed() + wait).count();
}

}  // namespace medusa
