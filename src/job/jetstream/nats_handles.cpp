#include "job/jetstream/nats_handles.hpp"

#include <fmt/format.h>

namespace medusa::jetstream {
namespace {

constexpr auto upstream = "nats";
constexpr auto reach_advice =
    "See that the NATS server is running and can be reached from here, and that NATS_URL names it";
constexpr auto sign_in_advice = "Check the user and password, or the token, in NATS_URL";
constexpr auto jetstream_advice =
    "Start the NATS server with JetStream: nats-server -c deploy/nats.conf -sd FOLDER";
constexpr auto other_advice = "Check NATS_URL and the log of the NATS server";

error refused(errc code, failure_class kind, std::string_view doing, std::string_view reason,
              const char* advice) {
    return error(code, remote_failure{kind},
                 fmt::format("NATS connection failed: {} ({})", reason, doing), advice, upstream);
}

}  // namespace

error failure_of(const answer& told, std::string_view doing) {
    switch (told.code) {
        case JSNotEnabledErr:
        case JSNotEnabledForAccountErr:
        case JSNoAccountErr:
            return refused(errc::unauthorized, failure_class::permanent, doing,
                           "the server has no JetStream", jetstream_advice);
        case JSInsufficientResourcesErr:
        case JSStorageResourcesExceededErr:
            return refused(errc::unavailable, failure_class::transient, doing,
                           "the server has no room for JetStream",
                           "Raise max_file_store in nats.conf, or make room on its disk");
    }
    switch (int(told.status)) {
        case NATS_CONNECTION_AUTH_FAILED:
        case NATS_NOT_PERMITTED:
            return refused(errc::unauthorized, failure_class::permanent, doing,
                           "the server refuses the sign-in", sign_in_advice);
        case NATS_ADDRESS_MISSING:
        case NATS_INVALID_ARG:
            return refused(errc::invalid_argument, failure_class::permanent, doing,
                           "NATS_URL is no address of a server",
                           "Expected is an address like nats://localhost:4222");
        // Nobody answers requests to JetStream.
        case NATS_NO_RESPONDERS:
            return refused(errc::unauthorized, failure_class::permanent, doing,
                           "the server has no JetStream", jetstream_advice);
        case NATS_NO_SERVER:
        case NATS_IO_ERROR:
        case NATS_CONNECTION_CLOSED:
        case NATS_CONNECTION_DISCONNECTED:
        case NATS_NOT_YET_CONNECTED:
        case NATS_STALE_CONNECTION:
        case NATS_TIMEOUT:
            return refused(errc::unavailable, failure_class::transient, doing, "no server answers",
                           reach_advice);
    }
    return refused(errc::unavailable, failure_class::transient, doing,
                   natsStatus_GetText(told.status), other_advice);
}

error no_tickets() {
    return refused(errc::unavailable, failure_class::transient, "waiting for a ticket",
                   "the server has no tickets any more, or not yet",
                   "Nothing to do: they are made anew from the jobs that wait");
}

}  // namespace medusa::jetstream
