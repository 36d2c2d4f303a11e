#include "job/jetstream/jetstream_feed.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <boost/json.hpp>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "core/text.hpp"
#include "job/jetstream/nats_handles.hpp"

namespace medusa {
namespace {

using namespace jetstream;
using std::chrono::milliseconds;

constexpr milliseconds connect_max{3'000};
// One request to JetStream, and all acknowledgements of one announcement.
constexpr milliseconds request_max{5'000};
constexpr milliseconds announce_max{5'000};
constexpr milliseconds reconnect_pause{500};
constexpr milliseconds close_max{500};
// A server that keeps its connections and answers nothing is noticed in half a minute.
constexpr milliseconds ping_pause{10'000};
constexpr int pings_unanswered_max = 2;
// A stop or a broken connection is noticed that soon.
constexpr milliseconds wait_slice{500};
// Of tickets with the same key, within so long only the first one counts.
constexpr std::chrono::nanoseconds key_window = std::chrono::minutes(2);
constexpr int sent_ahead_max = 1'000;

class jetstream_ticket final : public ticket {
public:
    jetstream_ticket(std::shared_ptr<natsConnection> link, natsMsg* message)
        : link_(std::move(link)), message_(message) {}

    void beat() override { natsMsg_InProgress(message_.get(), nullptr); }
    void done() override { natsMsg_Ack(message_.get(), nullptr); }
    void again_in(milliseconds pause) override {
        if (pause.count() > 0)
            natsMsg_NakWithDelay(message_.get(), pause.count(), nullptr);
        else
            natsMsg_Nak(message_.get(), nullptr);
    }

private:
    // Shared: tickets answer over the connection, and may outlive the feed that made it.
    std::shared_ptr<natsConnection> link_;
    message_handle message_;
};

std::vector<std::string> servers_of(const std::string& url) {
    std::vector<std::string> servers;
    for (const auto& part : split(url, ',')) servers.push_back(collapse_spaces(part));
    return servers;
}

class jetstream_feed final : public job_feed {
public:
    explicit jetstream_feed(const jetstream_settings& settings) : settings_(settings) {
        link_.reset(connected(true), &close);
        jsOptions rules{};
        jsOptions_Init(&rules);
        rules.Wait = request_max.count();
        rules.PublishAsync.MaxPending = sent_ahead_max;
        rules.PublishAsync.StallWait = request_max.count();
        rules.PublishAsync.ErrHandler = &not_stored;
        rules.PublishAsync.ErrHandlerClosure = this;
        jsCtx* made = nullptr;
        expect({natsConnection_JetStream(&made, link_.get(), &rules)}, "connecting");
        context_.reset(made);
    }

    void announce(std::span<const turn> turns) override {
        if (turns.empty()) return;
        const std::lock_guard turn_of_thread(announcing_);
        for (bool again = false;; again = true) {
            prepare();
            const auto told = publish(turns);
            if (told.good()) return;
            is_prepared_ = false;  // perhaps the stream is lost
            if (again || told.status == NATS_TIMEOUT || !is_connected())
                throw failure_of(told, "handing out jobs");
        }
    }

    std::unique_ptr<ticket> wait(milliseconds most, std::stop_token stop) override {
        const std::lock_guard turn_of_thread(waiting_);
        const auto until = std::chrono::steady_clock::now() + most;
        while (!stop.stop_requested()) {
            const auto left =
                std::chrono::duration_cast<milliseconds>(until - std::chrono::steady_clock::now());
            if (left.count() <= 0) break;
            if (auto* message = fetched(std::min(left, wait_slice)))
                return std::make_unique<jetstream_ticket>(link_, message);
        }
        return nullptr;
    }

    feed_state state() override {
        prepare();
        jsStreamInfo* found = nullptr;
        const auto told = ask([&](jsErrCode* code) {
            return js_GetStreamInfo(&found, context_.get(), stream, nullptr, code);
        });
        if (!told.good()) {
            is_prepared_ = false;
            throw failure_of(told, "counting tickets");
        }
        const feed_state now{std::size_t(found->State.Msgs), found->State.LastSeq};
        jsStreamInfo_Destroy(found);
        return now;
    }

    void tell(const std::string& job_id, std::string_view progress_json) override {
        // While there is no connection, the library would keep it, and tell old news later.
        if (!is_connected()) return;
        const auto subject = progress_prefix + job_id;
        natsConnection_Publish(link_.get(), subject.c_str(), progress_json.data(),
                               int(progress_json.size()));
    }

    std::string check() override {
        // A connection that is tried again and again does not say why it fails.
        if (!is_connected()) connection_handle(connected(false));
        expect_connection("asking for the account");
        jsAccountInfo* found = nullptr;
        const auto told = ask([&](jsErrCode* code) {
            return js_GetAccountInfo(&found, context_.get(), nullptr, code);
        });
        expect(told, "asking for the account");
        const bool ready = found->Streams > 0;
        jsAccountInfo_Destroy(found);
        return ready ? fmt::format("JetStream, {} tickets", state().tickets)
                     : "JetStream, no stream yet";
    }

private:
    // Patient: a server that is not there yet is waited for in the background.
    natsConnection* connected(bool patient) {
        natsOptions* made = nullptr;
        expect({natsOptions_Create(&made)}, "connecting");
        const options_handle options(made);
        const auto servers = servers_of(settings_.url);
        std::vector<const char*> addresses;
        for (const auto& one : servers) addresses.push_back(one.c_str());
        expect({natsOptions_SetServers(made, addresses.data(), int(addresses.size()))},
               "reading the address");
        natsOptions_SetName(made, "medusa");
        if (settings_.url.starts_with("tls://")) natsOptions_SetSecure(made, true);
        natsOptions_SetTimeout(made, connect_max.count());
        natsOptions_SetMaxReconnect(made, -1);  // for ever
        natsOptions_SetReconnectWait(made, reconnect_pause.count());
        natsOptions_SetReconnectJitter(made, reconnect_pause.count(), reconnect_pause.count());
        natsOptions_SetPingInterval(made, ping_pause.count());
        natsOptions_SetMaxPingsOut(made, pings_unanswered_max);
        // Without a callback it would not be in the background.
        if (patient)
            natsOptions_SetRetryOnFailedConnect(
                made, true, [](natsConnection*, void*) {}, nullptr);
        natsConnection* link = nullptr;
        const answer told{natsConnection_Connect(&link, made)};
        if (!patient || told.status != NATS_NOT_YET_CONNECTED) expect(told, "connecting");
        return link;
    }

    // What tickets said last is sent before.
    static void close(natsConnection* link) {
        natsConnection_FlushTimeout(link, close_max.count());
        natsConnection_Destroy(link);
    }

    bool is_connected() { return natsConnection_Status(link_.get()) == NATS_CONN_STATUS_CONNECTED; }

    static void expect(const answer& told, std::string_view doing) {
        if (!told.good()) throw failure_of(told, doing);
    }
    void expect_connection(std::string_view doing) {
        if (!is_connected()) throw failure_of({NATS_NOT_YET_CONNECTED}, doing);
    }

    // Stream and consumer, made where they are missing. Several processes may do so at once.
    void prepare() {
        expect_connection("looking for the stream");
        const std::lock_guard turn_of_thread(preparing_);
        if (is_prepared_) return;
        make_stream();
        make_consumer();
        is_prepared_ = true;
    }

    void make_stream() {
        jsStreamConfig wanted{};
        jsStreamConfig_Init(&wanted);
        const char* subjects[] = {tickets_subject};
        wanted.Name = stream;
        wanted.Subjects = subjects;
        wanted.SubjectsLen = 1;
        wanted.Retention = js_WorkQueuePolicy;
        wanted.Storage = js_FileStorage;
        wanted.Duplicates = key_window.count();
        const auto told = ask([&](jsErrCode* code) {
            return js_AddStream(nullptr, context_.get(), &wanted, nullptr, code);
        });
        // There with other settings: an operator's choice, say of replicas.
        if (told.code != JSStreamNameExistErr) expect(told, "making the stream");
    }

    void make_consumer() {
        const auto known = ask([&](jsErrCode* code) {
            jsConsumerInfo* found = nullptr;
            const auto status =
                js_GetConsumerInfo(&found, context_.get(), stream, consumer, nullptr, code);
            jsConsumerInfo_Destroy(found);
            return status;
        });
        if (known.good()) return;
        jsConsumerConfig wanted{};
        jsConsumerConfig_Init(&wanted);
        wanted.Durable = consumer;
        wanted.AckPolicy = js_AckExplicit;
        wanted.AckWait = std::chrono::nanoseconds(settings_.silence).count();
        wanted.MaxDeliver = settings_.deliveries;
        wanted.MaxAckPending = -1;  // each worker holds some, and those that wait count as well
        const auto told = ask([&](jsErrCode* code) {
            return js_AddConsumer(nullptr, context_.get(), stream, &wanted, nullptr, code);
        });
        if (told.code != JSConsumerNameExistErr) expect(told, "making the consumer");
    }

    answer publish(std::span<const turn> turns) {
        refused_ = NATS_OK;
        for (const auto& one : turns) {
            jsPubOptions with{};
            jsPubOptions_Init(&with);
            with.MsgId = one.key.c_str();
            const answer told{js_PublishAsync(context_.get(), tickets_subject, one.job_id.data(),
                                              int(one.job_id.size()), &with)};
            if (!told.good()) return forget_unanswered(told);
        }
        const auto told = acknowledged();
        if (!told.good()) return forget_unanswered(told);
        return {refused_.load()};
    }

    // What was on its way when the connection broke is never answered.
    answer acknowledged() {
        jsPubOptions patience{};
        jsPubOptions_Init(&patience);
        patience.MaxWait = wait_slice.count();
        for (auto waited = milliseconds(0); waited < announce_max; waited += wait_slice) {
            const answer told{js_PublishAsyncComplete(context_.get(), &patience)};
            if (told.status != NATS_TIMEOUT) return told;
            if (!is_connected()) return {NATS_CONNECTION_DISCONNECTED};
        }
        return {NATS_TIMEOUT};
    }

    answer forget_unanswered(const answer& told) {
        natsMsgList left{};
        js_PublishAsyncGetPendingList(&left, context_.get());
        natsMsgList_Destroy(&left);
        return told;
    }

    static void not_stored(jsCtx*, jsPubAckErr* reason, void* feed) {
        static_cast<jetstream_feed*>(feed)->refused_ =
            reason->Err == NATS_OK ? NATS_ERR : reason->Err;
    }

    // Null: none came. Called by one thread at a time.
    natsMsg* fetched(milliseconds most) {
        prepare();
        drop_given_up();
        if (!tickets_) {
            jsSubOptions bound{};
            jsSubOptions_Init(&bound);
            bound.Stream = stream;
            bound.Consumer = consumer;
            natsSubscription* made = nullptr;
            const auto told = ask([&](jsErrCode* code) {
                return js_PullSubscribe(&made, context_.get(), tickets_subject, consumer, nullptr,
                                        &bound, code);
            });
            expect_feed(told);
            tickets_.reset(made);
        }
        natsMsgList list{};
        const auto told = ask([&](jsErrCode* code) {
            return natsSubscription_Fetch(&list, tickets_.get(), 1, most.count(), code);
        });
        if (told.good()) {
            natsMsg* first = std::exchange(list.Msgs[0], nullptr);
            natsMsgList_Destroy(&list);
            return first;
        }
        if (told.status == NATS_TIMEOUT || told.status == NATS_NOT_FOUND) return nullptr;
        tickets_.reset();
        expect_feed(told);
        return nullptr;
    }

    // What goes wrong with the consumer may mean that it is lost: the next call makes it anew.
    void expect_feed(const answer& told) {
        if (told.good()) return;
        is_prepared_ = false;
        if (told.status == NATS_NO_RESPONDERS) throw no_tickets();
        throw failure_of(told, "waiting for a ticket");
    }

    // The server tells of tickets that were handed out so often that it hands them out no more.
    // They are taken out of the stream; the store counts the losses of the job itself.
    void drop_given_up() {
        if (!advisories_) {
            const auto subject =
                fmt::format("$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.{}.{}", stream, consumer);
            natsSubscription* made = nullptr;
            expect(
                {natsConnection_QueueSubscribeSync(&made, link_.get(), subject.c_str(), consumer)},
                "listening");
            advisories_.reset(made);
        }
        std::uint64_t waiting = 0;
        natsSubscription_QueuedMsgs(advisories_.get(), &waiting);
        for (; waiting > 0; --waiting) {
            natsMsg* told = nullptr;
            if (natsSubscription_NextMsg(&told, advisories_.get(), 1) != NATS_OK) return;
            const message_handle message(told);
            if (const auto sequence = given_up_in(told)) drop(*sequence);
        }
    }

    static std::optional<std::uint64_t> given_up_in(natsMsg* advisory) {
        boost::json::error_code broken;
        const auto parsed = boost::json::parse(
            {natsMsg_GetData(advisory), std::size_t(natsMsg_GetDataLength(advisory))}, broken);
        const auto* fields = broken ? nullptr : parsed.if_object();
        const auto* number = fields ? fields->if_contains("stream_seq") : nullptr;
        if (!number || !number->is_number()) return std::nullopt;
        return number->to_number<std::uint64_t>();
    }

    void drop(std::uint64_t sequence) {
        const auto told = ask([&](jsErrCode* code) {
            return js_DeleteMsg(context_.get(), stream, sequence, nullptr, code);
        });
        if (!told.good()) return;
        settings_.notice(fmt::format(
            "turn {} was handed out {} times, and no worker came to its end: it is given up",
            sequence, settings_.deliveries));
    }

    const jetstream_settings settings_;
    std::shared_ptr<natsConnection> link_;  // shared with tickets
    context_handle context_;
    std::mutex announcing_;
    std::mutex waiting_;
    std::mutex preparing_;
    std::atomic<bool> is_prepared_ = false;
    std::atomic<natsStatus> refused_ = NATS_OK;  // the last refusal among what is being announced
    subscription_handle tickets_;                // guarded by waiting_
    subscription_handle advisories_;             // too
};

}  // namespace

std::unique_ptr<job_feed> make_jetstream_feed(const jetstream_settings& settings) {
    return std::make_unique<jetstream_feed>(settings);
}

}  // namespace medusa
