#include "support/raw_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <stdexcept>

namespace medusa::testing_support {
namespace {

void check(bool good, const char* what) {
    if (!good) throw std::runtime_error(std::string("test server: ") + what);
}

std::size_t content_length(std::string head) {
    std::transform(head.begin(), head.end(), head.begin(),
                   [](unsigned char c) { return char(std::tolower(c)); });
    constexpr std::string_view name = "\r\ncontent-length:";
    const auto at = head.find(name);
    return at == std::string::npos ? 0 : std::stoul(head.substr(at + name.size()));
}

}  // namespace

raw_connection::~raw_connection() {
    if (tls_) SSL_free(tls_);
    if (socket_ >= 0) close(socket_);
}

std::string raw_connection::read_some(std::size_t size) {
    std::string bytes(size, '\0');
    const auto count =
        tls_ ? SSL_read(tls_, bytes.data(), int(size)) : recv(socket_, bytes.data(), size, 0);
    bytes.resize(count > 0 ? std::size_t(count) : 0);
    return bytes;
}

raw_request raw_connection::read_request() {
    constexpr std::string_view empty_line = "\r\n\r\n";
    const auto more = [this] {
        const auto bytes = read_some(16'384);
        rest_ += bytes;
        return !bytes.empty();
    };
    while (rest_.find(empty_line) == std::string::npos)
        if (!more()) return {};
    raw_request request;
    request.head = rest_.substr(0, rest_.find(empty_line) + empty_line.size());
    rest_.erase(0, request.head.size());
    const auto length = content_length(request.head);
    while (rest_.size() < length)
        if (!more()) return {};
    request.body = rest_.substr(0, length);
    rest_.erase(0, length);
    return request;
}

bool raw_connection::write(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto count = tls_ ? SSL_write(tls_, bytes.data(), int(bytes.size()))
                                : send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count <= 0) return false;
        bytes.remove_prefix(std::size_t(count));
    }
    return true;
}

void raw_connection::wait_for_end() {
    while (!read_some(16'384).empty()) continue;
}

void raw_connection::reset() {
    const linger at_once{1, 0};
    setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

void raw_connection::cut() {
    shutdown(socket_, SHUT_RDWR);
}

raw_server::raw_server(handler on_connection) : on_connection_(std::move(on_connection)) {
    listen();
}

raw_server::raw_server(handler on_connection, const tls_files& identity)
    : on_connection_(std::move(on_connection)),
      tls_(SSL_CTX_new(TLS_server_method()), SSL_CTX_free) {
    check(SSL_CTX_use_certificate_file(tls_.get(), identity.certificate.c_str(),
                                       SSL_FILETYPE_PEM) == 1 &&
              SSL_CTX_use_PrivateKey_file(tls_.get(), identity.key.c_str(), SSL_FILETYPE_PEM) == 1,
          "no certificate");
    listen();
}

raw_server::~raw_server() {
    {
        const std::scoped_lock lock(mutex_);
        stopping_ = true;
        for (auto* connection : open_) connection->cut();
    }
    shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    for (auto& thread : threads_) thread.join();
    close(listener_);
}

std::string raw_server::url(std::string_view path) const {
    return (tls_ ? "https://127.0.0.1:" : "http://127.0.0.1:") + std::to_string(port_) +
           std::string(path);
}

void raw_server::listen() {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* const any_address = reinterpret_cast<sockaddr*>(&address);
    check(bind(listener_, any_address, size) == 0 && ::listen(listener_, 64) == 0 &&
              getsockname(listener_, any_address, &size) == 0,
          "cannot listen");
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
}

void raw_server::accept_all() {
    for (;;) {
        const int socket = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        const std::scoped_lock lock(mutex_);
        if (stopping_ || socket < 0) {
            if (socket >= 0) close(socket);
            return;
        }
        ++connections_;
        threads_.emplace_back([this, socket] { serve(socket); });
    }
}

void raw_server::serve(int socket) {
    SSL* const tls = tls_ ? SSL_new(tls_.get()) : nullptr;
    raw_connection connection(socket, tls);
    {
        const std::scoped_lock lock(mutex_);
        if (stopping_) return;
        open_.push_back(&connection);
    }
    if (tls) SSL_set_fd(tls, socket);
    if (!tls || SSL_accept(tls) == 1) on_connection_(connection);
    const std::scoped_lock lock(mutex_);
    std::erase(open_, &connection);
}

std::string raw_reply(int status, std::string_view body, std::string_view headers) {
    return "HTTP/1.1 " + std::to_string(status) +
           " as told\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
           std::string(headers) + "\r\n" + std::string(body);
}

tls_files make_tls_files(const std::filesystem::path& folder) {
    const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_EC_gen("P-256"),
                                                                  EVP_PKEY_free);
    const std::unique_ptr<X509, decltype(&X509_free)> certificate(X509_new(), X509_free);
    X509_set_version(certificate.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -60);
    X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3'600);
    X509_set_pubkey(certificate.get(), key.get());
    auto* const name = X509_get_subject_name(certificate.get());
    const auto* const common = reinterpret_cast<const unsigned char*>("localhost");
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, common, -1, -1, 0);
    X509_set_issuer_name(certificate.get(), name);
    const std::unique_ptr<X509_EXTENSION, decltype(&X509_EXTENSION_free)> names(
        X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1"),
        X509_EXTENSION_free);
    X509_add_ext(certificate.get(), names.get(), -1);
    check(X509_sign(certificate.get(), key.get(), EVP_sha256()) > 0, "cannot sign");

    const tls_files files{folder / "certificate.pem", folder / "key.pem"};
    using file = std::unique_ptr<FILE, decltype(&fclose)>;
    const file certificate_file(fopen(files.certificate.c_str(), "w"), fclose);
    const file key_file(fopen(files.key.c_str(), "w"), fclose);
    check(certificate_file && key_file &&
              PEM_write_X509(certificate_file.get(), certificate.get()) == 1 &&
              PEM_write_PrivateKey(key_file.get(), key.get(), nullptr, nullptr, 0, nullptr,
                                   nullptr) == 1,
          "cannot write the certificate");
    return files;
}

}  // namespace medusa::testing_support
