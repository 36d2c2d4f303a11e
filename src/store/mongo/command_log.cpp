#include "store/mongo/command_log.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <memory>

#include "core/text.hpp"

namespace medusa::mongo {
namespace {

const log_sink& sink(const void* context) {
    return *static_cast<const log_sink*>(context);
}

// The library counts in microseconds.
double milliseconds(std::int64_t duration) {
    return double(duration) / 1'000;
}

void on_success(const mongoc_apm_command_succeeded_t* event) {
    sink(mongoc_apm_command_succeeded_get_context(event))(
        fmt::format("MongoDB {} at {}: done after {:.1f} ms",
                    mongoc_apm_command_succeeded_get_command_name(event),
                    mongoc_apm_command_succeeded_get_host(event)->host_and_port,
                    milliseconds(mongoc_apm_command_succeeded_get_duration(event))));
}

void on_failure(const mongoc_apm_command_failed_t* event) {
    bson_error_t reason{};
    mongoc_apm_command_failed_get_error(event, &reason);
    sink(mongoc_apm_command_failed_get_context(event))(fmt::format(
        "MongoDB {} at {}: failed after {:.1f} ms: {}",
        mongoc_apm_command_failed_get_command_name(event),
        mongoc_apm_command_failed_get_host(event)->host_and_port,
        milliseconds(mongoc_apm_command_failed_get_duration(event)), printable(reason.message)));
}

void on_silence(const mongoc_apm_server_heartbeat_failed_t* event) {
    bson_error_t reason{};
    mongoc_apm_server_heartbeat_failed_get_error(event, &reason);
    sink(mongoc_apm_server_heartbeat_failed_get_context(event))(
        fmt::format("MongoDB at {}: no answer after {:.1f} ms: {}",
                    mongoc_apm_server_heartbeat_failed_get_host(event)->host_and_port,
                    milliseconds(mongoc_apm_server_heartbeat_failed_get_duration(event)),
                    printable(reason.message)));
}

}  // namespace

void log_commands(mongoc_client_pool_t* pool, const log_sink& log) {
    const std::unique_ptr<mongoc_apm_callbacks_t, decltype(&mongoc_apm_callbacks_destroy)> calls(
        mongoc_apm_callbacks_new(), &mongoc_apm_callbacks_destroy);
    mongoc_apm_set_command_succeeded_cb(calls.get(), on_success);
    mongoc_apm_set_command_failed_cb(calls.get(), on_failure);
    mongoc_apm_set_server_heartbeat_failed_cb(calls.get(), on_silence);
    mongoc_client_pool_set_apm_callbacks(pool, calls.get(), const_cast<log_sink*>(&log));
}

}  // namespace medusa::mongo
