#include "webhook/sender.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "net/call_log.hpp"
#include "net/public_address.hpp"
#include "webhook/signature.hpp"

namespace medusa {
namespace {

constexpr std::chrono::milliseconds connect_max{5'000};
// An answer is read so far, so that the connection can be kept after a small one, and thrown away.
constexpr std::size_t answer_bytes_max = std::size_t{64} << 10;

}  // namespace

webhook_answer webhook_sender::send(const webhook_endpoint& to, const webhook_delivery& one,
                                    std::stop_token stop) {
    const auto stamp = stamp_webhook(to.secret, one.id, time_.now(), one.body);
    http_request request;
    request.method = "POST";
    request.url = to.url;
    request.headers = {{"Content-Type", "application/json"},
                       {"webhook-id", stamp.id},
                       {"webhook-timestamp", stamp.timestamp},
                       {"webhook-signature", stamp.signature}};
    request.body = one.body;
    request.failure_words = "Webhook failed";
    request.upstream = "webhook";
    request.connect_timeout = connect_max;
    request.deadline = webhook_deadline;
    request.reply_bytes_max = answer_bytes_max;
    request.head_is_enough = true;
    try {
        check_webhook_url(to.url, rules_);
        const auto reply = client_->send(request, std::move(stop));
        const auto failed = reply_error(request, reply, {}, time_);
        if (!failed) return {reply.status, {}, {}};
        const auto& facts = failed->failure();
        return {reply.status, fmt::format("answered with status {}", reply.status),
                facts ? facts->wait : std::chrono::milliseconds(0)};
    } catch (const error& failure) {
        if (failure.code() == errc::cancelled) throw;
        return {0, failure.detail(), {}};
    }
}

std::unique_ptr<http_client> make_webhook_client(webhook_rules rules, log_sink log) {
    http_options options;
    if (!rules.inside_too) options.may_connect = is_public_address;
    return logged(make_http_client(std::move(options)), std::move(log));
}

}  // namespace medusa
