// Part of the JetStream adapter: the C library's objects, owned, and its failures in our words.
// Any thread, as far as the library's objects are.
#pragma once

#include <nats/nats.h>

#include <memory>
#include <string_view>

#include "core/error.hpp"

namespace medusa::jetstream {

template <auto destroy>
struct destroyed_by {
    template <class Object>
    void operator()(Object* one) const {
        destroy(one);
    }
};
using options_handle = std::unique_ptr<natsOptions, destroyed_by<natsOptions_Destroy>>;
using connection_handle = std::unique_ptr<natsConnection, destroyed_by<natsConnection_Destroy>>;
using context_handle = std::unique_ptr<jsCtx, destroyed_by<jsCtx_Destroy>>;
using subscription_handle =
    std::unique_ptr<natsSubscription, destroyed_by<natsSubscription_Destroy>>;
using message_handle = std::unique_ptr<natsMsg, destroyed_by<natsMsg_Destroy>>;

// What a call ended with; the second is 0 where JetStream said nothing.
struct answer {
    natsStatus status = NATS_OK;
    int code = 0;  // a jsErrCode; 0 is none of them
    bool good() const { return status == NATS_OK; }
};

// A call of the library that reports a code of JetStream as its last argument.
template <class Call>
answer ask(const Call& call) {
    auto code = jsErrCode{};
    const auto status = call(&code);
    return {status, int(code)};
}

// "NATS connection failed: ..." for an answer that is not good.
error failure_of(const answer& told, std::string_view doing);
// Nobody answers who asks for tickets, on a server that had them: the stream or its consumer was
// deleted, or the server has just started and is not ready yet.
error no_tickets();

}  // namespace medusa::jetstream
