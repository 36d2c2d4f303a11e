// Disks that fail, for tests: a small one of its own that can be full or read-only, and a limit on
// the size of files that holds everywhere. One thread.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>

namespace medusa::testing_support {

// A tmpfs on a folder, seen by this process alone; gone at the end of the scope.
class small_disk {
public:
    // Null where this machine does not allow mounting.
    static std::unique_ptr<small_disk> mount(const std::filesystem::path& folder,
                                             std::size_t bytes);
    ~small_disk();
    small_disk(const small_disk&) = delete;
    small_disk& operator=(const small_disk&) = delete;

    void fill() const;
    void empty() const;
    void set_read_only(bool read_only) const;

private:
    explicit small_disk(std::filesystem::path folder) : folder_(std::move(folder)) {}
    std::filesystem::path filler() const { return folder_ / "filler"; }

    std::filesystem::path folder_;
};

// While it lives, writing beyond the first `bytes` of any file fails (RLIMIT_FSIZE): stands for the
// n-th write that meets a full disk, wherever tests run.
class file_size_limit {
public:
    explicit file_size_limit(std::size_t bytes);
    ~file_size_limit();
    file_size_limit(const file_size_limit&) = delete;
    file_size_limit& operator=(const file_size_limit&) = delete;
};

}  // namespace medusa::testing_support
