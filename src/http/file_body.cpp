#include "http/file_body.hpp"

#include <unistd.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <string>

// Every argument of a co_await has a name: g++ 12 miscompiles temporaries there.
namespace medusa::http {
namespace {

namespace asio = boost::asio;
using asio::use_awaitable;

constexpr std::size_t piece_bytes = std::size_t{128} << 10;

// How many bytes were read; 0 at the end of the file, and where it cannot be read.
std::size_t read_piece(const descriptor& file, std::string& into, std::uint64_t at) {
    ssize_t got = 0;
    do {
        got = ::pread(file.get(), into.data(), into.size(), off_t(at));
    } while (got < 0 && errno == EINTR);
    return got < 0 ? 0 : std::size_t(got);
}

}  // namespace

asio::awaitable<bool> send_file(boost::beast::tcp_stream& stream, asio::thread_pool& pool,
                                const file_part& part, std::chrono::milliseconds write_most) {
    std::string piece;
    std::uint64_t sent = 0;
    while (sent < part.bytes) {
        piece.resize(std::size_t(std::min<std::uint64_t>(piece_bytes, part.bytes - sent)));
        auto read = [&]() -> asio::awaitable<std::size_t> {
            co_return read_piece(*part.file, piece, part.first + sent);
        };
        const auto got = co_await asio::co_spawn(pool, std::move(read), use_awaitable);
        if (got == 0) co_return false;
        std::size_t written = 0;
        while (written < got) {
            stream.expires_after(write_most);
            boost::system::error_code failed;
            auto token = asio::redirect_error(use_awaitable, failed);
            const auto rest = asio::buffer(piece.data() + written, got - written);
            written += co_await stream.async_write_some(rest, token);
            if (failed) co_return false;
        }
        sent += got;
    }
    stream.expires_never();
    co_return true;
}

}  // namespace medusa::http
