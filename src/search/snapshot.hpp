// The file that an index is kept in: what it is, how far it follows the store, its entries, and
// checksums over all of it (SHA-256 of the head, then of the rest). One thread at a time.
//
// A snapshot is trusted whole or not at all. Reading throws error(not_found) when there is none,
// error(corrupted) when it is damaged or cut short, error(conflict) when it was written for another
// version of this format, kind of index, dimension or model. In each case: build the index anew.
// Numbers are little-endian. Errors of the disk: error(storage).
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "core/files.hpp"
#include "core/hash.hpp"
#include "search/vector_index.hpp"

namespace medusa {

inline constexpr std::uint32_t snapshot_version = 1;

struct snapshot_head {
    std::string kind;  // of the index: "flat", "hnsw"
    vector_space space;
    std::string position;
    std::uint64_t entries = 0;
};

// The head alone, checked; what follows it is not read.
snapshot_head read_snapshot_head(const std::filesystem::path& path);

class snapshot_writer {
public:
    snapshot_writer(const std::filesystem::path& path, const snapshot_head& head);

    void bytes(const void* start, std::size_t size);
    template <typename T>
    void array(std::span<const T> values) {
        static_assert(std::is_trivially_copyable_v<T>);
        bytes(values.data(), values.size_bytes());
    }
    void number(std::uint64_t value) { bytes(&value, sizeof value); }
    void text(std::string_view value);

    // Only now is the file there.
    void finish();

private:
    void flush();

    std::filesystem::path path_;
    growing_file file_;
    sha256_stream checksum_;
    std::string buffer_;
};

class snapshot_reader {
public:
    // Throws when the head differs from what is expected.
    snapshot_reader(const std::filesystem::path& path, std::string_view kind,
                    const vector_space& space);

    const snapshot_head& head() const { return head_; }
    void bytes(void* start, std::size_t size);
    template <typename T>
    std::vector<T> array(std::uint64_t size) {
        static_assert(std::is_trivially_copyable_v<T>);
        expect(size, sizeof(T));
        std::vector<T> values(size);
        bytes(values.data(), size * sizeof(T));
        return values;
    }
    std::uint64_t number();
    std::string text();
    // Throws unless so many values of so many bytes are still to come.
    void expect(std::uint64_t count, std::size_t value_bytes) const;
    [[noreturn]] void damaged(std::string_view what) const;

    // Everything was read, and is what was written.
    void finish();

private:
    void fill();

    std::filesystem::path path_;
    descriptor file_;
    snapshot_head head_;
    std::uint64_t unread_ = 0;  // bytes of the body that are still in the file
    sha256_stream checksum_;
    std::string buffer_;
    std::size_t taken_ = 0;  // of the buffer
};

}  // namespace medusa
