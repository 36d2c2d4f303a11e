// The least that a server can do, as the floor of `bench/run http`: it gives every request the same
// bytes, without looking at it. One thread; prints its port.
//
//   bare_server BYTES    of the body
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string>

namespace {

void watch(int poll, int socket) {
    epoll_event when{};
    when.events = EPOLLIN;
    when.data.fd = socket;
    ::epoll_ctl(poll, EPOLL_CTL_ADD, socket, &when);
}

int listening() {
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    auto* address = reinterpret_cast<sockaddr*>(&at);
    if (::bind(socket, address, size) != 0 || ::listen(socket, 1'024) != 0) std::exit(1);
    ::getsockname(socket, address, &size);
    fmt::print("{}\n", ntohs(at.sin_port));
    std::fflush(stdout);
    return socket;
}

}  // namespace

int main(int count, char** arguments) {
    if (count != 2) return 2;
    const std::string body(std::size_t(std::atoi(arguments[1])), 'x');
    const auto reply = fmt::format(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
        body.size(), body);
    const int door = listening();
    const int poll = ::epoll_create1(0);
    watch(poll, door);
    std::array<epoll_event, 64> ready{};
    std::array<char, 4'096> request{};
    for (;;) {
        const int found = ::epoll_wait(poll, ready.data(), int(ready.size()), -1);
        for (int i = 0; i < found; ++i) {
            const int socket = ready[std::size_t(i)].data.fd;
            if (socket == door) {
                const int line = ::accept(door, nullptr, nullptr);
                const int on = 1;
                ::setsockopt(line, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
                watch(poll, line);
            } else if (::read(socket, request.data(), request.size()) <= 0 ||
                       ::write(socket, reply.data(), reply.size()) <= 0) {
                ::close(socket);
            }
        }
    }
}
