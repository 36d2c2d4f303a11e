#include "net/public_address.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <string>

namespace medusa {
namespace {

struct network {
    std::uint32_t address;
    int bits;
};

constexpr std::uint32_t ipv4(std::uint32_t a, std::uint32_t b, std::uint32_t c = 0,
                             std::uint32_t d = 0) {
    return a << 24 | b << 16 | c << 8 | d;
}

// https://www.iana.org/assignments/iana-ipv4-special-registry, and what is for groups or reserved.
constexpr network inside[] = {
    {ipv4(0, 0), 8},               // this network
    {ipv4(10, 0), 8},              // private
    {ipv4(100, 64), 10},           // shared by a provider; Alibaba's metadata
    {ipv4(127, 0), 8},             // loopback
    {ipv4(169, 254), 16},          // link-local; the metadata of most clouds
    {ipv4(172, 16), 12},           // private
    {ipv4(192, 0, 0), 24},         // IETF; Oracle's metadata
    {ipv4(192, 0, 2), 24},         // documentation
    {ipv4(192, 88, 99), 24},       // relays of 6to4
    {ipv4(192, 168), 16},          // private
    {ipv4(198, 18), 15},           // benchmarks
    {ipv4(198, 51, 100), 24},      // documentation
    {ipv4(203, 0, 113), 24},       // documentation
    {ipv4(224, 0), 4},             // multicast
    {ipv4(240, 0), 4},             // reserved, and broadcast
    {ipv4(168, 63, 129, 16), 32},  // Azure's own services, by a public number
};

bool is_public(std::uint32_t address) {
    return std::none_of(std::begin(inside), std::end(inside), [&](const network& one) {
        return (address ^ one.address) >> (32 - one.bits) == 0;
    });
}

using ipv6 = std::array<std::uint8_t, 16>;

bool begins_with(const ipv6& address, std::initializer_list<int> bytes) {
    return std::equal(bytes.begin(), bytes.end(), address.begin());
}

// Only 2000::/3 is given out (https://www.iana.org/assignments/ipv6-address-space), and not all of
// it: 2001::/23 is the IETF's (Teredo is in it), 2002::/16 is 6to4, and two are for documentation.
bool is_public(const ipv6& address) {
    if (address[0] >> 5 != 1) return false;
    const bool ietf = begins_with(address, {0x20, 0x01}) && address[2] < 2;
    const bool six_to_four = begins_with(address, {0x20, 0x02});
    const bool documentation = begins_with(address, {0x20, 0x01, 0x0d, 0xb8}) ||
                               (begins_with(address, {0x3f, 0xff}) && address[2] < 0x10);
    return !ietf && !six_to_four && !documentation;
}

}  // namespace

bool is_public_address(const sockaddr& address) {
    if (address.sa_family == AF_INET) {
        sockaddr_in known{};
        std::memcpy(&known, &address, sizeof known);
        return is_public(ntohl(known.sin_addr.s_addr));
    }
    if (address.sa_family != AF_INET6) return false;
    sockaddr_in6 known{};
    std::memcpy(&known, &address, sizeof known);
    ipv6 bytes{};
    std::memcpy(bytes.data(), &known.sin6_addr, bytes.size());
    return is_public(bytes);
}

bool may_be_public(std::string_view host) {
    if (host.starts_with('[')) {
        const auto number = std::string(host.substr(1, host.find_first_of("%]") - 1));
        ipv6 bytes{};
        return inet_pton(AF_INET6, number.c_str(), bytes.data()) == 1 && is_public(bytes);
    }
    if (host.ends_with('.')) host.remove_suffix(1);
    in_addr number{};
    if (inet_pton(AF_INET, std::string(host).c_str(), &number) != 1) return true;
    return is_public(ntohl(number.s_addr));
}

}  // namespace medusa
