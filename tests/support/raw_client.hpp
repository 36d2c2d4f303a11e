// A client over a bare socket, for what no library would send. Test code, one thread.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "core/files.hpp"

namespace medusa::testing_support {

// A client that says exactly what it is told to.
class raw_client {
public:
    explicit raw_client(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(port);
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        EXPECT_EQ(::connect(socket_.get(), reinterpret_cast<sockaddr*>(&to), sizeof to), 0);
        const timeval patience{10, 0};
        ::setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    }
    void say(std::string_view text) {
        ASSERT_EQ(::send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL),
                  ssize_t(text.size()));
    }
    void end() { ::shutdown(socket_.get(), SHUT_WR); }
    // What comes until the text ends so, or until the end.
    std::string heard(std::string_view ending = "\xff\xfe") {
        std::string text;
        char c = 0;
        while (!text.ends_with(ending) && ::recv(socket_.get(), &c, 1, 0) == 1) text += c;
        return text;
    }
    std::string asked(std::string_view text) {
        say(text);
        end();
        return heard();
    }

private:
    descriptor socket_;
};

}  // namespace medusa::testing_support
