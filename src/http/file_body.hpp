// Sends a part of a file as the body of an answer. Private to the edge.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <chrono>

#include "http/message.hpp"

namespace medusa::http {

// Reads on the pool, since a disk may be slow, and sends on the stream's own thread, some bytes at
// a time. False: the client is gone, takes nothing for `write_most`, or the file is shorter than
// it was; the connection then has to end.
boost::asio::awaitable<bool> send_file(boost::beast::tcp_stream& stream,
                                       boost::asio::thread_pool& pool, const file_part& part,
                                       std::chrono::milliseconds write_most);

}  // namespace medusa::http
