// Which addresses of the network anybody may be sent to: those of the public internet, and none of
// this machine, of its network, or of the networks of providers (promise P38). Pure; any thread.
#pragma once

#include <string_view>

struct sockaddr;  // of POSIX

namespace medusa {

// Whether an address, as a connection goes to it, is an IPv4 or IPv6 address of the public
// internet, by IANA's registries of special-purpose addresses (RFC 6890). Addresses that carry an
// IPv4 address inside (::ffff:0:0/96, 2002::/16, 64:ff9b::/96, Teredo) are none, whatever it is.
bool is_public_address(const sockaddr& address);

// The same for the host of an address as parse_url() has it, where it is a number: "127.0.0.1",
// "[::1]", "[fe80::1%25eth0]". True for a name: where that leads is known when it is connected to.
bool may_be_public(std::string_view host);

}  // namespace medusa
