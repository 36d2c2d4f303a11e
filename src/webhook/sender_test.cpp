// Deliveries over the real client. The resolver and connect() are the test's: names lead where it
// says, and nothing leaves this machine.
#include "webhook/sender.hpp"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <gtest/gtest.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/ids.hpp"
#include "support/raw_server.hpp"

namespace {

constexpr std::string_view moving_name = "hooks.example";
constexpr auto outside = "8.8.4.4";
std::atomic<const char*> leads_to = outside;

std::mutex mutex;
std::vector<std::string> connected;  // to which addresses, in order

std::string number_of(const sockaddr* to) {
    char text[INET6_ADDRSTRLEN] = {};
    sockaddr_in address{};
    if (to->sa_family != AF_INET) return {};
    std::memcpy(&address, to, sizeof address);
    return ::inet_ntop(AF_INET, &address.sin_addr, text, sizeof text);
}

std::vector<std::string> connections() {
    const std::scoped_lock lock(mutex);
    return std::exchange(connected, {});
}

}  // namespace

// What the program itself defines, libcurl calls.
extern "C" int getaddrinfo(const char* node, const char* service, const addrinfo* hints,
                           addrinfo** found) {
    using resolver = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
    static const auto real = reinterpret_cast<resolver>(::dlsym(RTLD_NEXT, "getaddrinfo"));
    return real(node && node == moving_name ? leads_to.load() : node, service, hints, found);
}

extern "C" int connect(int socket, const sockaddr* to, socklen_t size) {
    using connector = int (*)(int, const sockaddr*, socklen_t);
    static const auto real = reinterpret_cast<connector>(::dlsym(RTLD_NEXT, "connect"));
    const auto number = number_of(to);
    if (!number.empty()) {
        const std::scoped_lock lock(mutex);
        connected.push_back(number);
    }
    if (number != outside) return real(socket, to, size);
    errno = ECONNREFUSED;
    return -1;
}

namespace medusa {
namespace {

using testing_support::raw_connection;
using testing_support::raw_server;

TEST(webhook_sender, a_name_that_moves_inside_after_it_was_checked_is_not_followed) {
    raw_server inside([](raw_connection& connection) { connection.read_some(1); });
    webhook_endpoint to;
    to.url = "https://hooks.example:" + std::to_string(inside.port()) + "/hook";
    to.secret =
        new_endpoint({"local", "anna"}, to.url, {}, 0, {}, system_clock(), random_ids()).secret;
    const auto told = [&](webhook_rules rules) {
        webhook_sender sender(make_webhook_client(rules), system_clock());
        return sender.send(to, test_delivery(to, system_clock(), random_ids()), {});
    };
    connections();
    EXPECT_EQ(told({}).status, 0) << "nobody is there";
    EXPECT_EQ(connections(), std::vector<std::string>{outside}) << "it led outside, and was tried";

    leads_to = "127.0.0.1";
    const auto refused = told({});
    EXPECT_EQ(refused.status, 0);
    EXPECT_NE(refused.reason.find("not public"), std::string::npos) << refused.reason;
    EXPECT_EQ(connections(), std::vector<std::string>{});
    EXPECT_EQ(inside.connections(), 0);

    told({.inside_too = true});
    EXPECT_EQ(connections(), std::vector<std::string>{"127.0.0.1"}) << "so the name did lead there";
    leads_to = outside;
}

}  // namespace
}  // namespace medusa
