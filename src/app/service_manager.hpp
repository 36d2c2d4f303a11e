// What systemd is told of a unit with Type=notify (sd_notify(3)): a datagram to the socket that
// NOTIFY_SOCKET names. Any thread. Throws nothing; without that variable nothing happens.
#pragma once

#include <string_view>

namespace medusa {

// "READY=1" or "STOPPING=1".
void tell_service_manager(std::string_view state);

}  // namespace medusa
