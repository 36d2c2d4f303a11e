// A server for tests that answers with whatever bytes a test wants, right or wrong, over TCP or
// TLS.
//
// Owned by a test; listens on a port of its own on 127.0.0.1 and runs its handler on a thread for
// each connection, with a counter of connections. Its destructor cuts all connections and joins.
#pragma once

#include <openssl/ssl.h>

#include <atomic>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace medusa::testing_support {

struct raw_request {
    std::string head;  // up to and with the empty line
    std::string body;  // by Content-Length
};

class raw_connection {
public:
    raw_connection(int socket, SSL* tls) : socket_(socket), tls_(tls) {}
    raw_connection(const raw_connection&) = delete;
    raw_connection& operator=(const raw_connection&) = delete;
    ~raw_connection();

    // The next request; an empty head when the other side has gone.
    raw_request read_request();
    // One read of at most `size` bytes; empty at the end.
    std::string read_some(std::size_t size);
    // False when the other side has gone.
    bool write(std::string_view bytes);
    // Returns when the other side, or the server's destructor, has closed.
    void wait_for_end();
    // Closes with a reset (RST) in place of a clean end.
    void reset();

private:
    friend class raw_server;
    void cut();

    int socket_;
    SSL* tls_;
    std::string rest_;  // read, and part of what comes next
};

// A key and a certificate for 127.0.0.1 and localhost, signed by itself, as two PEM files.
struct tls_files {
    std::filesystem::path certificate;
    std::filesystem::path key;
};
tls_files make_tls_files(const std::filesystem::path& folder);

class raw_server {
public:
    using handler = std::function<void(raw_connection&)>;

    explicit raw_server(handler on_connection);
    raw_server(handler on_connection, const tls_files& identity);
    raw_server(const raw_server&) = delete;
    raw_server& operator=(const raw_server&) = delete;
    ~raw_server();

    int port() const { return port_; }
    // "http://127.0.0.1:PORT" and the path; https with an identity.
    std::string url(std::string_view path = "/") const;
    int connections() const { return connections_; }

private:
    void listen();
    void accept_all();
    void serve(int socket);

    handler on_connection_;
    std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> tls_{nullptr, &SSL_CTX_free};
    int listener_ = -1;
    int port_ = 0;
    std::atomic<int> connections_ = 0;
    std::mutex mutex_;
    bool stopping_ = false;
    std::vector<raw_connection*> open_;
    std::vector<std::thread> threads_;
    std::thread acceptor_;
};

// "HTTP/1.1 STATUS ..." with a Content-Length and the headers given ("Name: value\r\n" each).
std::string raw_reply(int status, std::string_view body, std::string_view headers = {});

}  // namespace medusa::testing_support
