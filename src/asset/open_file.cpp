#include "asset/open_file.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <utility>

#include "core/hash.hpp"

namespace medusa {
namespace {

constexpr std::size_t version_chars = 32;

// Of its name on the disk: whoever writes a file anew makes another one.
std::string version_of(const struct stat& facts) {
    const auto all = fmt::format("{} {} {}.{}", facts.st_ino, facts.st_size, facts.st_mtim.tv_sec,
                                 facts.st_mtim.tv_nsec);
    return sha256_hex(all).substr(0, version_chars);
}

}  // namespace

std::optional<open_asset> as_open_asset(descriptor file, const std::filesystem::path& shown) {
    struct stat facts {};
    if (::fstat(file.get(), &facts) != 0) fail_file("read", shown, errno);
    if (!S_ISREG(facts.st_mode)) return std::nullopt;
    return open_asset{std::move(file), std::uint64_t(facts.st_size), version_of(facts)};
}

}  // namespace medusa
