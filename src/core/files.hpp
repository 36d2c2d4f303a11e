// Files as medusa writes them: whole or not at all. Errors: error(storage) with the path and the
// system's reason, error(not_found) where a file to read is missing. Any thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace medusa {

// The whole file. Throws error(invalid_argument) when it is larger than `max_bytes`, or no plain
// file: folders, pipes and devices are never read, and never waited for.
std::string read_file(const std::filesystem::path& path, std::size_t max_bytes);

// What is left of a write that a crash cut short has a name with this ending.
inline constexpr std::string_view unfinished_ending = ".part";

enum class durability {
    now,   // on the disk when the call returns
    soon,  // when the system writes it: for what can be made anew after the power failed
};

// Writes beside the target, flushes to the disk and renames, so that a reader or a crash sees the
// old content or the new one, never a part (after a power failure, only with durability::now). The
// file gets mode 0644. Missing folders are created.
void write_file_atomic(const std::filesystem::path& path, std::string_view bytes,
                       durability wanted = durability::now);

// mkdir -p, with a clear error for a folder that cannot be made.
void make_folder(const std::filesystem::path& path);

// A file descriptor that closes itself, or none (-1).
class descriptor {
public:
    explicit descriptor(int fd) : fd_(fd) {}
    ~descriptor();
    descriptor(descriptor&& other) noexcept;
    descriptor(const descriptor&) = delete;
    descriptor& operator=(const descriptor&) = delete;
    int get() const { return fd_; }
    // 0, or -1 with errno: a delayed write may fail only here.
    int close();

private:
    int fd_;
};

enum class if_exists { replace, keep };

// write_file_atomic() for the file `name` in the open folder `folder`; `shown` is its path in
// errors. False when it exists already and is kept.
bool write_file_in(int folder, const std::string& name, std::string_view bytes, if_exists existing,
                   const std::filesystem::path& shown, durability wanted = durability::now);

// A private file (mode 0600) that is written bit by bit, and appears whole or not at all.
class growing_file {
public:
    // Opens a new file beside `path`. Missing folders are created.
    explicit growing_file(std::filesystem::path path);
    // Removes what finish() did not put in place.
    ~growing_file();
    growing_file(const growing_file&) = delete;
    growing_file& operator=(const growing_file&) = delete;

    int get() const { return file_.get(); }
    // Flushes it to the disk and puts it at `path`, in place of what is there.
    void finish();

private:
    std::filesystem::path path_;
    std::filesystem::path temporary_;
    descriptor file_;
};

// A file without a name in `folder`, for reading and writing; gone when it is closed.
descriptor nameless_file(const std::filesystem::path& folder);

// Writes all of it, at the file's position; `shown` is its path in errors.
void write_all(int file, std::string_view bytes, const std::filesystem::path& shown);

// Everything that an open file holds; `shown` is its path in errors. As read_file().
std::string read_open_file(int file, std::size_t max_bytes, const std::filesystem::path& shown);

// Throws for a system call that failed with `reason`, an errno value: "cannot read x: ...".
[[noreturn]] void fail_file(const char* action, const std::filesystem::path& shown, int reason);

// How long a lock is waited for: nothing that holds one of ours works for so long.
inline constexpr std::chrono::milliseconds lock_patience{10'000};

// A lock on a file that all processes of this machine respect (flock); released at destruction.
class file_lock {
public:
    // Creates `path` when missing and waits for the lock; error(timed_out) after `patience`.
    explicit file_lock(const std::filesystem::path& path,
                       std::chrono::milliseconds patience = lock_patience);

private:
    descriptor file_;
};

}  // namespace medusa
