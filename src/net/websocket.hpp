// WebSocket clients: one thread for all of them, and callbacks on it.
//
// The composition root owns the websocket_loop, which must outlive its websockets; whoever opened a
// websocket owns it. Callbacks come one at a time on the loop's thread, so they must be quick and
// must not wait for another websocket; they should not throw (what they throw closes that
// connection). A lost connection is reported once and is not opened again: that is the owner's
// decision.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "net/failure.hpp"

namespace medusa {

inline constexpr std::size_t websocket_message_bytes_max = std::size_t{16} << 20;

struct websocket_request {
    std::string url;  // ws or wss; "user:pass@" in it becomes Basic authentication
    std::vector<http_header> headers = {};
    std::string bearer = {};  // not empty: "Authorization: Bearer ..."

    // The first words of every error text, and who failed.
    std::string failure_words = "The connection failed";
    std::string upstream = {};
    call_facts facts = {};

    std::chrono::milliseconds connect_timeout{10'000};  // until the connection is open
    // A ping goes out when nothing came for so long; nothing for twice as long (half-open: the
    // other side is gone without a word) closes the connection.
    std::chrono::milliseconds ping_every{20'000};
    std::size_t message_bytes_max = websocket_message_bytes_max;
};

// Each may be left out.
struct websocket_handlers {
    std::function<void()> open;
    std::function<void(std::string_view)> text;
    std::function<void(std::span<const std::byte>)> binary;
    // The last callback, exactly once unless the websocket is destroyed before: why it could not be
    // opened, or ended. An end that was asked for has the code `cancelled`.
    std::function<void(const error&)> closed;
};

class websocket {
public:
    virtual ~websocket() = default;  // closes; when it returns no callback runs or will run
    // Queued and sent in order; dropped when the connection is not open (any more). Any thread.
    virtual void send_text(std::string text) = 0;
    // Starts a clean close; `closed` follows within a second or so. Any thread.
    virtual void close() = 0;
};

class websocket_loop {
public:
    virtual ~websocket_loop() = default;  // ends its thread
    // Returns at once. Throws error(invalid_argument) for an unusable address; all else that goes
    // wrong is told to handlers.closed.
    virtual std::unique_ptr<websocket> connect(websocket_request request,
                                               websocket_handlers handlers) = 0;
};

// Starts the thread. `ca_file` (PEM): certificates to trust in place of the system's.
std::unique_ptr<websocket_loop> make_websocket_loop(std::string ca_file = {});

}  // namespace medusa
