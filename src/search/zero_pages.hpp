// Memory from the system: full of zeros, and resident only where it is touched. Throws
// std::bad_alloc. One owner.
#pragma once

#include <cstddef>

namespace medusa {

enum class page_size {
    small,
    large,  // fewer misses when read here and there; resident in steps of 2 MiB
};

class zero_pages {
public:
    zero_pages(std::size_t bytes, page_size pages);
    ~zero_pages();
    zero_pages(zero_pages&& other) noexcept;
    zero_pages& operator=(zero_pages&&) = delete;
    void* get() const { return start_; }

private:
    void* mapping_;
    std::size_t mapped_bytes_;
    void* start_;
};

}  // namespace medusa
