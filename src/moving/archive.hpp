// A tar file (POSIX pax, as every tar program opens it), written and read entry by entry by
// libarchive. One thread. Errors: error(storage) for what the disk does; error(corrupted) for a
// file that is no tar, ends early, or has entries that are no plain files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/clock.hpp"
#include "core/files.hpp"

struct archive;

namespace medusa {

using archive_handle = std::unique_ptr<archive, int (*)(archive*)>;

// Appends to an open file, whose `shown` path is for errors; all entries get the time `written_at`.
class archive_writer {
public:
    archive_writer(int file, std::filesystem::path shown, time_point written_at);
    void add(const std::string& name, std::string_view bytes);
    // All that the open file `from` holds.
    void add_file(const std::string& name, int from);
    // Ends the archive; the file itself stays open.
    void finish();

private:
    void begin(const std::string& name, std::int64_t bytes);
    void write(std::string_view bytes);
    [[noreturn]] void fail();

    std::filesystem::path shown_;
    time_point written_at_;
    archive_handle handle_;
};

struct archive_entry_head {
    std::string name;
    std::uint64_t bytes = 0;
};

class archive_reader {
public:
    // Of an open file, from its beginning.
    archive_reader(int file, std::filesystem::path shown);
    // The next entry; what was not read of the last one is passed over. Empty at the end.
    std::optional<archive_entry_head> next();
    // The whole entry; error(corrupted) when it is larger than `max_bytes`.
    std::string read(std::size_t max_bytes);
    // Calls `take` for each line of the entry, without its end; longer ones than `max_bytes` are
    // error(corrupted).
    void read_lines(std::size_t max_bytes, const std::function<void(std::string_view)>& take);
    // How far into the file it is.
    std::uint64_t position() const;
    [[noreturn]] void refuse(const std::string& why) const;

private:
    // Empty at the end of the entry.
    std::string_view read_some();
    [[noreturn]] void fail();

    std::filesystem::path shown_;
    archive_handle handle_;
    archive_entry_head entry_;
    std::string buffer_;
};

}  // namespace medusa
