#include "search/zero_pages.hpp"

#include <sys/mman.h>

#include <memory>
#include <new>
#include <utility>

namespace medusa {
namespace {

constexpr std::size_t large_page_bytes = std::size_t{2} << 20;

}  // namespace

zero_pages::zero_pages(std::size_t bytes, page_size pages)
    : mapping_(nullptr),
      mapped_bytes_(bytes + (pages == page_size::large ? large_page_bytes : 0)),
      start_(nullptr) {
    mapping_ = ::mmap(nullptr, mapped_bytes_, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mapping_ == MAP_FAILED) throw std::bad_alloc();
    start_ = mapping_;
    if (pages == page_size::large) {
        std::size_t room = mapped_bytes_;
        start_ = std::align(large_page_bytes, bytes, start_, room);
        // Refused by systems without large pages, which then has no consequence.
        ::madvise(start_, bytes, MADV_HUGEPAGE);
    }
}

zero_pages::~zero_pages() {
    if (mapping_ != nullptr) ::munmap(mapping_, mapped_bytes_);
}

zero_pages::zero_pages(zero_pages&& other) noexcept
    : mapping_(std::exchange(other.mapping_, nullptr)),
      mapped_bytes_(other.mapped_bytes_),
      start_(other.start_) {}

}  // namespace medusa
