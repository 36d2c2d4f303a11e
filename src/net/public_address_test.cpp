#include "net/public_address.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <string>

#include "core/error.hpp"
#include "net/url.hpp"

namespace medusa {
namespace {

bool connects(const std::string& number) {
    sockaddr_storage at{};
    auto& v4 = reinterpret_cast<sockaddr_in&>(at);
    auto& v6 = reinterpret_cast<sockaddr_in6&>(at);
    if (inet_pton(AF_INET, number.c_str(), &v4.sin_addr) == 1)
        at.ss_family = AF_INET;
    else if (inet_pton(AF_INET6, number.c_str(), &v6.sin6_addr) == 1)
        at.ss_family = AF_INET6;
    else
        ADD_FAILURE() << number << " is no address";
    return is_public_address(reinterpret_cast<const sockaddr&>(at));
}

TEST(public_address, inside_is_refused_to_the_last_number) {
    for (const auto* number : {"0.0.0.0",
                               "0.255.255.255",
                               "10.0.0.0",
                               "10.255.255.255",
                               "100.64.0.0",
                               "100.100.100.200",
                               "100.127.255.255",
                               "127.0.0.1",
                               "127.255.255.255",
                               "169.254.0.0",
                               "169.254.169.254",
                               "169.254.255.255",
                               "172.16.0.0",
                               "172.31.255.255",
                               "192.0.0.0",
                               "192.0.0.192",
                               "192.0.0.255",
                               "192.0.2.1",
                               "192.88.99.1",
                               "192.168.0.0",
                               "192.168.255.255",
                               "198.18.0.0",
                               "198.19.255.255",
                               "198.51.100.7",
                               "203.0.113.7",
                               "224.0.0.1",
                               "239.255.255.255",
                               "240.0.0.0",
                               "255.255.255.255",
                               "168.63.129.16",
                               "::",
                               "::1",
                               "::7f00:1",
                               "::ffff:127.0.0.1",
                               "::ffff:8.8.8.8",
                               "::ffff:0:127.0.0.1",
                               "64:ff9b::7f00:1",
                               "64:ff9b::808:808",
                               "64:ff9b:1::a00:1",
                               "100::1",
                               "2001::1",
                               "2001:0:4136:e378::1",
                               "2001:1ff:ffff::1",
                               "2001:db8::1",
                               "2002:7f00:1::",
                               "2002:808:808::1",
                               "3fff::1",
                               "3fff:fff::1",
                               "5f00::1",
                               "fc00::1",
                               "fd00:ec2::254",
                               "fdff:ffff::1",
                               "fe80::1",
                               "febf::1",
                               "fec0::1",
                               "ff02::1",
                               "4000::1",
                               "1fff::1"})
        EXPECT_FALSE(connects(number)) << number;
}

TEST(public_address, their_neighbours_outside_are_not) {
    for (const auto* number : {"1.0.0.0",         "8.8.8.8",
                               "9.255.255.255",   "11.0.0.0",
                               "100.63.255.255",  "100.128.0.0",
                               "126.255.255.255", "128.0.0.0",
                               "169.253.255.255", "169.255.0.0",
                               "172.15.255.255",  "172.32.0.0",
                               "192.0.1.0",       "192.0.3.0",
                               "192.167.255.255", "192.169.0.0",
                               "198.17.255.255",  "198.20.0.0",
                               "198.51.101.0",    "203.0.114.0",
                               "223.255.255.255", "168.63.129.15",
                               "168.63.129.17",   "2000::1",
                               "2001:200::1",     "2001:4860:4860::8888",
                               "2001:db7::1",     "2001:db9::1",
                               "2003::1",         "2606:4700::1111",
                               "3fff:1000::1",    "3ffe:ffff::1"})
        EXPECT_TRUE(connects(number)) << number;
}

TEST(public_address, what_is_no_address_of_the_internet_is_refused) {
    sockaddr_un file{};
    file.sun_family = AF_UNIX;
    EXPECT_FALSE(is_public_address(reinterpret_cast<const sockaddr&>(file)));
}

// Every way to write a number goes through the parser that fetches it.
TEST(public_address, no_spelling_hides_a_number) {
    for (const auto* url : {"https://127.0.0.1/",
                            "https://127.1/",
                            "https://2130706433/",
                            "https://0x7f000001/",
                            "https://0x7f.1/",
                            "https://0177.0.0.1/",
                            "https://017700000001/",
                            "https://127.0.0.1./",
                            "https://0/",
                            "https://0.0.0.0/",
                            "https://%31%32%37.0.0.1/",
                            "https://[::1]/",
                            "https://[0:0:0:0:0:0:0:1]/",
                            "https://[::ffff:127.0.0.1]/",
                            "https://[::ffff:7f00:1]/",
                            "https://[fe80::1%25eth0]/",
                            "https://[fd00:ec2::254]/",
                            "https://169.254.169.254/",
                            "https://2852039166/",
                            "https://0xa9fea9fe/",
                            "https://10.1/",
                            "https://192.168.257/"}) {
        try {
            EXPECT_FALSE(may_be_public(parse_url(url).host))
                << url << " is read as " << parse_url(url).host;
        } catch (const error&) {
            continue;  // not understood is refused as well
        }
    }
    for (const auto* url : {"https://8.8.8.8/", "https://134744072/", "https://[2606:4700::1111]/",
                            "https://hooks.example/", "https://127.0.0.1.example/"})
        EXPECT_TRUE(may_be_public(parse_url(url).host)) << url;
}

}  // namespace
}  // namespace medusa
