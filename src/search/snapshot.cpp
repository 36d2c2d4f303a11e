#include "search/snapshot.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <cstring>

#include "core/error.hpp"

namespace medusa {
namespace {

static_assert(std::endian::native == std::endian::little);

constexpr std::string_view magic = "medusa index\n";
constexpr std::size_t checksum_bytes = 64;
constexpr std::size_t head_bytes_max = std::size_t{1} << 20;
constexpr std::size_t buffer_bytes = std::size_t{1} << 20;
constexpr auto build_anew = "The index is built anew from the store.";

void append_number(std::string& to, std::uint64_t value) {
    to.append(reinterpret_cast<const char*>(&value), sizeof value);
}

void append_text(std::string& to, std::string_view value) {
    append_number(to, value.size());
    to += value;
}

// Takes values off the front of a head whose checksum was right.
class head_parser {
public:
    explicit head_parser(std::string_view rest) : rest_(rest) {}
    std::uint64_t number() {
        std::uint64_t value = 0;
        std::memcpy(&value, take(sizeof value).data(), sizeof value);
        return value;
    }
    std::string text() { return std::string(take(number())); }

private:
    std::string_view take(std::uint64_t size) {
        if (size > rest_.size()) throw error(errc::corrupted, "the head ends early", build_anew);
        const auto taken = rest_.substr(0, size);
        rest_.remove_prefix(size);
        return taken;
    }
    std::string_view rest_;
};

[[noreturn]] void fail_damaged(const std::filesystem::path& path, std::string_view what) {
    throw error(errc::corrupted,
                fmt::format("the search index {} is damaged: {}", path.string(), what), build_anew);
}

[[noreturn]] void fail_foreign(const std::filesystem::path& path, const std::string& what) {
    throw error(errc::conflict, fmt::format("the search index {} {}", path.string(), what),
                build_anew);
}

descriptor opened(const std::filesystem::path& path) {
    descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat facts {};
    if (file.get() < 0 || ::fstat(file.get(), &facts) != 0) fail_file("read", path, errno);
    if (!S_ISREG(facts.st_mode)) fail_damaged(path, "it is no plain file");
    return file;
}

// False at the end of the file.
bool read_whole(int file, char* start, std::size_t size, const std::filesystem::path& path) {
    while (size > 0) {
        const auto got = ::read(file, start, size);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) fail_file("read", path, errno);
        if (got == 0) return false;
        start += got;
        size -= static_cast<std::size_t>(got);
    }
    return true;
}

std::string head_bytes(const snapshot_head& head) {
    std::string packed;
    append_text(packed, head.kind);
    append_number(packed, head.space.dimension);
    append_text(packed, head.space.model);
    append_text(packed, head.position);
    append_number(packed, head.entries);
    return packed;
}

snapshot_head read_head(int file, const std::filesystem::path& path) {
    const auto take = [&](std::size_t size) {
        std::string bytes(size, '\0');
        if (!read_whole(file, bytes.data(), size, path)) fail_damaged(path, "it is cut short");
        return bytes;
    };
    if (take(magic.size()) != magic) fail_damaged(path, "it is something else");
    const auto prefix = take(2 * sizeof(std::uint64_t));
    head_parser numbers(prefix);
    if (const auto version = numbers.number(); version != snapshot_version) {
        fail_foreign(path, fmt::format("has format {}, this program reads format {}", version,
                                       snapshot_version));
    }
    const auto size = numbers.number();
    if (size > head_bytes_max) fail_damaged(path, "its head is too long");
    const auto packed = take(size);
    if (take(checksum_bytes) != sha256_hex(packed)) fail_damaged(path, "its head is not whole");
    head_parser parser(packed);
    snapshot_head head;
    head.kind = parser.text();
    head.space.dimension = parser.number();
    head.space.model = parser.text();
    head.position = parser.text();
    head.entries = parser.number();
    return head;
}

}  // namespace

snapshot_head read_snapshot_head(const std::filesystem::path& path) {
    const auto file = opened(path);
    return read_head(file.get(), path);
}

snapshot_writer::snapshot_writer(const std::filesystem::path& path, const snapshot_head& head)
    : path_(path), file_(path) {
    const auto packed = head_bytes(head);
    if (packed.size() > head_bytes_max) {
        throw error(errc::invalid_argument, "the position of a search index is too long");
    }
    std::string front(magic);
    append_number(front, snapshot_version);
    append_number(front, packed.size());
    write_all(file_.get(), front + packed + sha256_hex(packed), path_);
}

void snapshot_writer::bytes(const void* start, std::size_t size) {
    const auto* from = static_cast<const char*>(start);
    while (size > 0) {
        const auto fits = std::min(size, buffer_bytes - buffer_.size());
        buffer_.append(from, fits);
        from += fits;
        size -= fits;
        if (buffer_.size() == buffer_bytes) flush();
    }
}

void snapshot_writer::text(std::string_view value) {
    number(value.size());
    bytes(value.data(), value.size());
}

void snapshot_writer::flush() {
    checksum_.add(buffer_);
    write_all(file_.get(), buffer_, path_);
    buffer_.clear();
}

void snapshot_writer::finish() {
    flush();
    write_all(file_.get(), checksum_.hex(), path_);
    file_.finish();
}

snapshot_reader::snapshot_reader(const std::filesystem::path& path, std::string_view kind,
                                 const vector_space& space)
    : path_(path), file_(opened(path)), head_(read_head(file_.get(), path)) {
    if (head_.space.dimension != space.dimension) {
        fail_foreign(path, fmt::format("holds vectors of {} numbers, not {}", head_.space.dimension,
                                       space.dimension));
    }
    if (head_.space.model != space.model) {
        fail_foreign(path, fmt::format("holds vectors of the model {}, not {}", head_.space.model,
                                       space.model));
    }
    if (head_.kind != kind) {
        fail_foreign(path, fmt::format("is of the kind {}, not {}", head_.kind, kind));
    }
    struct stat facts {};
    if (::fstat(file_.get(), &facts) != 0) fail_file("read", path_, errno);
    const auto before = ::lseek(file_.get(), 0, SEEK_CUR);
    const auto behind = static_cast<std::uint64_t>(facts.st_size - before);
    if (behind < checksum_bytes) damaged("it is cut short");
    unread_ = behind - checksum_bytes;
}

void snapshot_reader::fill() {
    buffer_.resize(std::min<std::uint64_t>(unread_, buffer_bytes));
    if (!read_whole(file_.get(), buffer_.data(), buffer_.size(), path_)) {
        damaged("it is cut short");
    }
    checksum_.add(buffer_);
    unread_ -= buffer_.size();
    taken_ = 0;
}

void snapshot_reader::expect(std::uint64_t count, std::size_t value_bytes) const {
    const auto left = unread_ + (buffer_.size() - taken_);
    if (count > left / value_bytes) damaged("it is cut short");
}

void snapshot_reader::bytes(void* start, std::size_t size) {
    expect(size, 1);
    auto* to = static_cast<char*>(start);
    while (size > 0) {
        if (taken_ == buffer_.size()) fill();
        const auto fits = std::min(size, buffer_.size() - taken_);
        std::memcpy(to, buffer_.data() + taken_, fits);
        taken_ += fits;
        to += fits;
        size -= fits;
    }
}

std::uint64_t snapshot_reader::number() {
    std::uint64_t value = 0;
    bytes(&value, sizeof value);
    return value;
}

std::string snapshot_reader::text() {
    const auto size = number();
    expect(size, 1);
    std::string value(size, '\0');
    bytes(value.data(), size);
    return value;
}

void snapshot_reader::damaged(std::string_view what) const {
    fail_damaged(path_, what);
}

void snapshot_reader::finish() {
    if (unread_ > 0 || taken_ < buffer_.size()) damaged("it holds more than it says");
    std::string wanted(checksum_bytes, '\0');
    if (!read_whole(file_.get(), wanted.data(), wanted.size(), path_) ||
        wanted != checksum_.hex()) {
        damaged("its checksum is another");
    }
}

}  // namespace medusa
