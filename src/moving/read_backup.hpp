// A backup as it is read: checked whole, before anything of it is used.
//
// One thread; what is open stays the same file, whatever its name leads to meanwhile. Errors:
// error(not_found, storage) of the file; error(corrupted) for one that is no backup, ends early, or
// was changed: nothing in it is trusted. It finds every change that is not made to the checksums as
// well; a backup that others can write is no better than they are.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>

#include "core/files.hpp"
#include "moving/archive.hpp"
#include "moving/backup_format.hpp"

namespace medusa {

struct backup_contents {
    time_point created_at{};
    backup_summary summary;
    std::map<std::string, std::string> files;  // SHA-256 by the path of the asset
    std::uint64_t bytes = 0;                   // of the assets
};

class backup_reader {
public:
    // Opens it; error(corrupted) for another file.
    explicit backup_reader(std::filesystem::path file);

    // Reads all of it: hashes, counts, that each record can be read and has its pictures.
    backup_contents verify(const move_context& context);
    // Again, and only once verify() was content.
    void each_record(const std::function<void(const kept_character&)>& take);
    void each_file(const std::function<void(const std::string& path, std::string bytes)>& take);

private:
    archive_reader from_begin() const;

    std::filesystem::path shown_;
    descriptor file_;
    std::uint64_t size_bytes_ = 0;
};

// Throws error(conflict) when `file` is there and is no backup, so that none is written over it.
void expect_replaceable(const std::filesystem::path& file);

}  // namespace medusa
