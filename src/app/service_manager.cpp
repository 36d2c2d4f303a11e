#include "app/service_manager.hpp"

#include <sys/socket.h>
#include <sys/un.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>

#include "core/files.hpp"

namespace medusa {

void tell_service_manager(std::string_view state) {
    const char* path = std::getenv("NOTIFY_SOCKET");
    if (!path || !*path) return;
    const std::string_view name(path);
    sockaddr_un to{};
    to.sun_family = AF_UNIX;
    if (name.size() >= sizeof to.sun_path) return;
    std::memcpy(to.sun_path, name.data(), name.size());
    // A name that begins with @ is of the abstract kind: its first byte is a zero.
    if (name.front() == '@') to.sun_path[0] = '\0';
    const descriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    const auto size = socklen_t(offsetof(sockaddr_un, sun_path) + name.size());
    ::sendto(socket.get(), state.data(), state.size(), MSG_NOSIGNAL,
             reinterpret_cast<const sockaddr*>(&to), size);
}

}  // namespace medusa
