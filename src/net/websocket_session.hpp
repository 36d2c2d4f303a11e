// One WebSocket connection from its first look-up to its end, as websocket.hpp promises it.
//
// Shared by the websocket that the caller owns and by the operations in flight on the loop,
// whichever ends last. All functions are called on the loop's thread only; none throws.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "net/url.hpp"
#include "net/websocket.hpp"

namespace boost::asio {
class io_context;
namespace ssl {
class context;
}
}  // namespace boost::asio

namespace medusa {

class websocket_session {
public:
    virtual ~websocket_session() = default;
    virtual void start() = 0;
    virtual void send_text(std::string text) = 0;
    // A clean close, cut off when the other side does not take part in it.
    virtual void close() = 0;
    // No callback runs after this one returns, except the one that called it.
    virtual void mute() = 0;
};

// `address` is request.url, parsed. `ended` is called once, when the connection is no more.
std::shared_ptr<websocket_session> make_websocket_session(
    boost::asio::io_context& io, boost::asio::ssl::context& tls, websocket_request request,
    const url_parts& address, websocket_handlers handlers, std::function<void()> ended);

}  // namespace medusa
