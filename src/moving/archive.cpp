#include "moving/archive.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>

#include "core/error.hpp"

namespace medusa {
namespace {

constexpr std::size_t chunk_bytes = std::size_t{64} << 10;

using entry_handle = std::unique_ptr<archive_entry, void (*)(archive_entry*)>;

archive_handle owned(archive* made, int (*free)(archive*)) {
    if (!made) throw error(errc::internal, "libarchive has no memory");
    return {made, free};
}

void rewind(int file, const std::filesystem::path& shown) {
    if (::lseek(file, 0, SEEK_SET) < 0) fail_file("read", shown, errno);
}

}  // namespace

archive_writer::archive_writer(int file, std::filesystem::path shown, time_point written_at)
    : shown_(std::move(shown)),
      written_at_(written_at),
      handle_(owned(archive_write_new(), archive_write_free)) {
    if (archive_write_set_format_pax_restricted(handle_.get()) != ARCHIVE_OK ||
        archive_write_open_fd(handle_.get(), file) != ARCHIVE_OK)
        fail();
}

void archive_writer::add(const std::string& name, std::string_view bytes) {
    begin(name, std::int64_t(bytes.size()));
    write(bytes);
}

void archive_writer::add_file(const std::string& name, int from) {
    const auto bytes = ::lseek(from, 0, SEEK_END);
    if (bytes < 0) fail_file("read", shown_, errno);
    begin(name, bytes);
    rewind(from, shown_);
    std::string chunk(chunk_bytes, '\0');
    for (;;) {
        const auto got = ::read(from, chunk.data(), chunk.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) fail_file("read", shown_, errno);
        if (got == 0) return;
        write({chunk.data(), std::size_t(got)});
    }
}

void archive_writer::finish() {
    if (archive_write_close(handle_.get()) != ARCHIVE_OK) fail();
}

void archive_writer::begin(const std::string& name, std::int64_t bytes) {
    const entry_handle entry(archive_entry_new(), archive_entry_free);
    archive_entry_set_pathname(entry.get(), name.c_str());
    archive_entry_set_size(entry.get(), bytes);
    archive_entry_set_filetype(entry.get(), AE_IFREG);
    archive_entry_set_perm(entry.get(), 0600);
    const auto seconds = std::chrono::floor<std::chrono::seconds>(written_at_);
    archive_entry_set_mtime(entry.get(), seconds.time_since_epoch().count(), 0);
    if (archive_write_header(handle_.get(), entry.get()) != ARCHIVE_OK) fail();
}

void archive_writer::write(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto written = archive_write_data(handle_.get(), bytes.data(), bytes.size());
        if (written <= 0) fail();
        bytes.remove_prefix(std::size_t(written));
    }
}

void archive_writer::fail() {
    fail_file("write", shown_, archive_errno(handle_.get()));
}

archive_reader::archive_reader(int file, std::filesystem::path shown)
    : shown_(std::move(shown)),
      handle_(owned(archive_read_new(), archive_read_free)),
      buffer_(chunk_bytes, '\0') {
    rewind(file, shown_);
    if (archive_read_support_format_tar(handle_.get()) != ARCHIVE_OK ||
        archive_read_open_fd(handle_.get(), file, chunk_bytes) != ARCHIVE_OK)
        fail();
}

std::optional<archive_entry_head> archive_reader::next() {
    archive_entry* found = nullptr;
    const int result = archive_read_next_header(handle_.get(), &found);
    if (result == ARCHIVE_EOF) return std::nullopt;
    if (result != ARCHIVE_OK) fail();
    const auto* name = archive_entry_pathname(found);
    if (!name) refuse("a name in it cannot be read");
    entry_ = {name, std::uint64_t(archive_entry_size(found))};
    if (archive_entry_filetype(found) != AE_IFREG || archive_entry_hardlink(found) ||
        !archive_entry_size_is_set(found) || archive_entry_size(found) < 0)
        refuse(fmt::format("\"{}\" in it is no plain file", entry_.name));
    return entry_;
}

std::string archive_reader::read(std::size_t max_bytes) {
    if (entry_.bytes > max_bytes)
        refuse(fmt::format("\"{}\" in it has {} bytes, at most {} are expected", entry_.name,
                           entry_.bytes, max_bytes));
    std::string bytes;
    bytes.reserve(entry_.bytes);
    for (auto more = read_some(); !more.empty(); more = read_some()) bytes += more;
    return bytes;
}

void archive_reader::read_lines(std::size_t max_bytes,
                                const std::function<void(std::string_view)>& take) {
    std::string rest;
    for (auto more = read_some(); !more.empty(); more = read_some()) {
        for (auto end = more.find('\n'); end != more.npos; end = more.find('\n')) {
            rest += more.substr(0, end);
            take(rest);
            rest.clear();
            more.remove_prefix(end + 1);
        }
        rest += more;
        if (rest.size() > max_bytes)
            refuse(fmt::format("a line of \"{}\" in it is longer than {} bytes", entry_.name,
                               max_bytes));
    }
    if (!rest.empty()) refuse(fmt::format("\"{}\" in it ends within a line", entry_.name));
}

std::uint64_t archive_reader::position() const {
    return std::uint64_t(archive_filter_bytes(handle_.get(), -1));
}

void archive_reader::refuse(const std::string& why) const {
    throw error(errc::corrupted,
                fmt::format("{} is no whole backup of medusa: {}", shown_.string(), why),
                "Use another backup; nothing of this one was restored");
}

std::string_view archive_reader::read_some() {
    const auto got = archive_read_data(handle_.get(), buffer_.data(), buffer_.size());
    if (got < 0) fail();
    return {buffer_.data(), std::size_t(got)};
}

void archive_reader::fail() {
    const int reason = archive_errno(handle_.get());
    // libarchive's own codes are negative; what the system says is not.
    if (reason == EIO || reason == EISDIR) fail_file("read", shown_, reason);
    const auto* said = archive_error_string(handle_.get());
    refuse(said ? said : "it cannot be read");
}

}  // namespace medusa
