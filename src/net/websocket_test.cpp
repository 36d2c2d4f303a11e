#include "net/websocket.hpp"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/sha.h>

#include <atomic>
#include <condition_variable>
#include <future>
#include <mutex>
#include <optional>
#include <thread>

#include "support/child.hpp"
#include "support/raw_server.hpp"

namespace medusa {
namespace {

using namespace std::chrono_literals;
using testing_support::raw_connection;
using testing_support::raw_reply;
using testing_support::raw_request;
using testing_support::raw_server;

enum opcode : char { text = 1, binary = 2, closing = 8, ping = 9, pong = 10 };

// A frame as a server sends it (RFC 6455, 5.2): whole and without a mask.
std::string frame(opcode kind, std::string_view payload) {
    std::string bytes{char(0x80 | kind)};
    const auto size = payload.size();
    if (size < 126) {
        bytes += char(size);
    } else {
        bytes += char(127);
        for (int shift = 56; shift >= 0; shift -= 8) bytes += char(size >> shift);
    }
    return bytes + std::string(payload);
}

// The next frame of a client (masked, and short here); of kind 0 when the other side has gone.
struct client_frame {
    int kind = 0;
    std::string payload;
};

client_frame read_frame(raw_connection& connection) {
    const auto read = [&](std::size_t size) {
        std::string bytes;
        while (bytes.size() < size) {
            const auto more = connection.read_some(size - bytes.size());
            if (more.empty()) return std::string();
            bytes += more;
        }
        return bytes;
    };
    const auto head = read(2);
    if (head.empty()) return {};
    const auto size = std::size_t(head[1] & 0x7f);
    const auto mask = read(4);
    client_frame found{head[0] & 0x0f, size == 0 ? std::string() : read(size)};
    for (std::size_t i = 0; i < found.payload.size(); ++i) found.payload[i] ^= mask[i % 4];
    return found;
}

// Until the client closes, which is answered as it should be.
void stay(raw_connection& connection) {
    for (;;) {
        const auto heard = read_frame(connection);
        if (heard.kind == closing) connection.write(frame(closing, heard.payload));
        if (heard.kind == closing || heard.kind == 0) return;
    }
}

// Answers the request to upgrade, and gives it back.
raw_request upgrade(raw_connection& connection) {
    const auto request = connection.read_request();
    constexpr std::string_view name = "\r\nSec-WebSocket-Key: ";
    const auto at = request.head.find(name);
    if (at == std::string::npos) return request;
    const auto begin = at + name.size();
    const auto key = request.head.substr(begin, request.head.find("\r\n", begin) - begin) +
                     "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    unsigned char digest[SHA_DIGEST_LENGTH];
    SHA1(reinterpret_cast<const unsigned char*>(key.data()), key.size(), digest);
    unsigned char accept[32];
    EVP_EncodeBlock(accept, digest, SHA_DIGEST_LENGTH);
    connection.write(
        "HTTP/1.1 101 Yes\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: " +
        std::string(reinterpret_cast<const char*>(accept)) + "\r\n\r\n");
    return request;
}

// What the callbacks of one connection said, for a test that waits for it.
class listener {
public:
    websocket_handlers handlers() {
        websocket_handlers handlers;
        handlers.open = [this] { note([&] { opened_ = true; }); };
        handlers.text = [this](std::string_view message) {
            note([&] { messages_.push_back("text " + std::string(message)); });
        };
        handlers.binary = [this](std::span<const std::byte> message) {
            note([&] { messages_.push_back("binary " + std::to_string(message.size())); });
        };
        handlers.closed = [this](const error& reason) {
            note([&] {
                ++closings_;
                closed_ = reason;
            });
        };
        return handlers;
    }

    bool wait_open() {
        return wait([this] { return opened_; });
    }
    std::vector<std::string> wait_messages(std::size_t count) {
        wait([&] { return messages_.size() >= count; });
        const std::scoped_lock lock(mutex_);
        return messages_;
    }
    error wait_closed() {
        wait([this] { return closed_.has_value(); });
        const std::scoped_lock lock(mutex_);
        EXPECT_EQ(closings_, 1);
        return closed_.value_or(error(errc::internal, remote_failure{}, "still open"));
    }
    int closings() {
        const std::scoped_lock lock(mutex_);
        return closings_;
    }

private:
    template <class Change>
    void note(Change change) {
        const std::scoped_lock lock(mutex_);
        change();
        changed_.notify_all();
    }
    template <class Condition>
    bool wait(Condition condition) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, 10s, condition);
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    bool opened_ = false;
    int closings_ = 0;
    std::vector<std::string> messages_;
    std::optional<error> closed_;
};

websocket_request to(const raw_server& server) {
    websocket_request request;
    request.url = "ws" + server.url("/ws?clientId=1").substr(4);
    request.failure_words = "RunPod connection failed";
    return request;
}

// The reason that a connection of the test's own ends for.
error end_of(const websocket_request& request, const std::string& ca_file = {}) {
    listener heard;
    const auto loop = make_websocket_loop(ca_file);
    const auto socket = loop->connect(request, heard.handlers());
    auto reason = heard.wait_closed();
    EXPECT_TRUE(reason.detail().starts_with("RunPod connection failed: ")) << reason.what();
    return reason;
}

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

TEST(websocket, opens_talks_and_closes_cleanly) {
    std::string head;
    std::string said;
    std::atomic<bool> closed_cleanly = false;
    raw_server server([&](raw_connection& connection) {
        head = upgrade(connection).head;
        connection.write(frame(text, "{\"type\":\"status\"}") + frame(binary, "\1\2\3"));
        said = read_frame(connection).payload;
        connection.write(frame(text, std::string(100'000, 'x')));
        const auto last = read_frame(connection);
        closed_cleanly = last.kind == closing;
        connection.write(frame(closing, last.payload));
    });
    listener heard;
    const auto loop = make_websocket_loop();
    auto request = to(server);
    request.bearer = "t0ken";
    const auto socket = loop->connect(request, heard.handlers());
    ASSERT_TRUE(heard.wait_open());
    socket->send_text("hello");
    const std::vector<std::string> expected = {"text {\"type\":\"status\"}", "binary 3",
                                               "text " + std::string(100'000, 'x')};
    EXPECT_EQ(heard.wait_messages(3), expected);
    socket->close();
    EXPECT_EQ(heard.wait_closed().code(), errc::cancelled);
    EXPECT_TRUE(closed_cleanly);
    EXPECT_EQ(said, "hello");
    EXPECT_TRUE(head.starts_with("GET /ws?clientId=1 HTTP/1.1\r\n")) << head;
    EXPECT_TRUE(contains(head, "Authorization: Bearer t0ken\r\n")) << head;
    EXPECT_FALSE(contains(head, "Origin:")) << head;
}

TEST(websocket, a_dropped_connection_is_told_once) {
    raw_server server([](raw_connection& connection) {
        upgrade(connection);
        connection.reset();
    });
    const auto reason = end_of(to(server));
    EXPECT_EQ(reason.failure()->kind, failure_class::transient);
    EXPECT_TRUE(contains(reason.what(), "ended the connection")) << reason.what();

    raw_server polite([](raw_connection& connection) {
        upgrade(connection);
        connection.write(frame(closing, "\x03\xe9"));
        connection.wait_for_end();
    });
    EXPECT_EQ(end_of(to(polite)).failure()->kind, failure_class::transient);
}

TEST(websocket, a_half_open_connection_is_noticed) {
    std::atomic<int> pings = 0;
    raw_server deaf([&](raw_connection& connection) {
        upgrade(connection);
        while (const auto kind = read_frame(connection).kind)
            if (kind == ping) ++pings;
    });
    auto request = to(deaf);
    request.ping_every = 100ms;
    const auto began = std::chrono::steady_clock::now();
    const auto reason = end_of(request);
    EXPECT_EQ(reason.code(), errc::timed_out);
    EXPECT_LT(std::chrono::steady_clock::now() - began, 2s);
    EXPECT_GE(pings, 1);
}

TEST(websocket, pings_keep_a_quiet_connection) {
    raw_server server([](raw_connection& connection) {
        upgrade(connection);
        for (int answered = 0;;) {
            const auto heard = read_frame(connection);
            if (heard.kind == 0 || heard.kind == closing) return;
            if (heard.kind == ping) connection.write(frame(pong, heard.payload));
            // Long after the limit without pings.
            if (heard.kind == ping && ++answered == 6) connection.write(frame(text, "still here"));
        }
    });
    listener heard;
    const auto loop = make_websocket_loop();
    auto request = to(server);
    request.ping_every = 50ms;
    const auto socket = loop->connect(request, heard.handlers());
    EXPECT_EQ(heard.wait_messages(1).size(), 1u);
    EXPECT_EQ(heard.closings(), 0);
}

TEST(websocket, a_huge_message_ends_it) {
    raw_server server([](raw_connection& connection) {
        upgrade(connection);
        // Claims 1 GiB; what comes is refused by its head.
        connection.write(std::string("\x82\x7f\0\0\0\0\x40\0\0\0", 10));
        const std::string block(1 << 16, 'x');
        while (connection.write(block)) continue;
    });
    const auto reason = end_of(to(server));
    EXPECT_TRUE(contains(reason.what(), "more than is accepted")) << reason.what();
}

TEST(websocket, what_is_no_websocket_is_explained) {
    raw_server refusing([](raw_connection& connection) {
        connection.read_request();
        connection.write(raw_reply(401, "", "Connection: close\r\n"));
    });
    EXPECT_EQ(end_of(to(refusing)).code(), errc::unauthorized);

    raw_server page([](raw_connection& connection) {
        connection.read_request();
        connection.write(raw_reply(200, "<html>", "Content-Type: text/html\r\n"));
    });
    auto request = to(page);
    request.facts = {.service = remote_service::engine, .wants_data = true};
    EXPECT_EQ(end_of(request).failure()->kind, failure_class::warming);

    raw_server other([](raw_connection& connection) {
        connection.write("SSH-2.0-OpenSSH_9.2\r\n");
        connection.wait_for_end();
    });
    EXPECT_TRUE(contains(end_of(to(other)).what(), "not in HTTP"));

    raw_server cutting([](raw_connection& connection) { connection.read_request(); });
    EXPECT_TRUE(contains(end_of(to(cutting)).what(), "before it answered"));

    const auto gone = [] {
        const raw_server server([](raw_connection&) {});
        return to(server);
    }();
    EXPECT_TRUE(contains(end_of(gone).what(), "refuses connections"));
}

TEST(websocket, a_silent_server_meets_the_deadline) {
    raw_server silent([](raw_connection& connection) { connection.wait_for_end(); });
    auto request = to(silent);
    request.connect_timeout = 100ms;
    const auto began = std::chrono::steady_clock::now();
    EXPECT_EQ(end_of(request).failure()->kind, failure_class::transient);
    EXPECT_LT(std::chrono::steady_clock::now() - began, 2s);
}

TEST(websocket, unusable_addresses_are_refused_at_once) {
    const auto loop = make_websocket_loop();
    for (const auto* url : {"http://127.0.0.1/ws", "ws:/", ""})
        EXPECT_THROW(loop->connect({.url = url}, {}), error) << url;
}

TEST(websocket, no_callback_after_it_is_destroyed) {
    raw_server chatty([](raw_connection& connection) {
        upgrade(connection);
        while (connection.write(frame(text, "again"))) continue;
    });
    const auto loop = make_websocket_loop();
    for (int i = 0; i < 8; ++i) {
        auto heard = std::make_unique<listener>();
        auto socket = loop->connect(to(chatty), heard->handlers());
        if (i % 2 == 0) heard->wait_messages(1);
        socket.reset();
        heard.reset();
    }
}

TEST(websocket, may_be_destroyed_by_its_own_callback) {
    raw_server server([](raw_connection& connection) {
        upgrade(connection);
        connection.write(frame(text, "one") + frame(text, "two"));
        stay(connection);
    });
    std::promise<void> done;
    std::atomic<int> messages = 0;
    const auto loop = make_websocket_loop();
    std::unique_ptr<websocket> socket;
    std::promise<void> assigned;
    websocket_handlers handlers;
    handlers.text = [&](std::string_view) {
        assigned.get_future().wait();
        ++messages;
        socket.reset();
        done.set_value();
    };
    socket = loop->connect(to(server), handlers);
    assigned.set_value();
    ASSERT_EQ(done.get_future().wait_for(10s), std::future_status::ready);
    EXPECT_EQ(messages, 1);
}

TEST(websocket, a_handler_that_throws_ends_its_connection_only) {
    raw_server server([](raw_connection& connection) {
        upgrade(connection);
        connection.write(frame(text, "odd"));
        stay(connection);
    });
    const auto loop = make_websocket_loop();
    listener first;
    listener second;
    auto throwing = first.handlers();
    throwing.text = [](std::string_view) { throw std::runtime_error("odd"); };
    const auto one = loop->connect(to(server), throwing);
    const auto two = loop->connect(to(server), second.handlers());
    EXPECT_EQ(first.wait_closed().code(), errc::internal);
    EXPECT_EQ(second.wait_messages(1).size(), 1u);
}

TEST(websocket, a_certificate_must_be_trusted) {
    const testing_support::scratch_folder folder;
    const auto files = testing_support::make_tls_files(folder.path());
    raw_server server(
        [](raw_connection& connection) {
            upgrade(connection);
            connection.write(frame(text, "secret"));
            stay(connection);
        },
        files);
    auto request = to(server);
    request.url = "wss" + server.url("/ws").substr(5);
    const auto reason = end_of(request);
    EXPECT_EQ(reason.failure()->kind, failure_class::permanent);
    EXPECT_TRUE(contains(reason.what(), "certificate")) << reason.what();

    listener heard;
    const auto loop = make_websocket_loop(files.certificate.string());
    const auto socket = loop->connect(request, heard.handlers());
    EXPECT_EQ(heard.wait_messages(1).size(), 1u);
}

}  // namespace
}  // namespace medusa
