// Files as medusa writes them: whole or not at all. Errors: error(storage) with the path and the
// system's reason, error(not_found) where a file to read is missing. Any thread.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace medusa {

// The whole file; throws error(invalid_argument) when it is larger than `max_bytes`.
std::string read_file(const std::filesystem::path& path, std::size_t max_bytes);

// Writes beside the target, flushes to the disk and renames, so that a reader or a crash sees the
// old content or the new one, never a part. The file gets mode 0644. Missing folders are created.
void write_file_atomic(const std::filesystem::path& path, std::string_view bytes);

// mkdir -p, with a clear error for a folder that cannot be made.
void make_folder(const std::filesystem::path& path);

// A lock on a file that all processes of this machine respect (flock); released at destruction.
class file_lock {
public:
    // Creates `path` when missing and waits for the lock.
    explicit file_lock(const std::filesystem::path& path);
    ~file_lock();
    file_lock(const file_lock&) = delete;
    file_lock& operator=(const file_lock&) = delete;

private:
    int fd_;
};

}  // namespace medusa
