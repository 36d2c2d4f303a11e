#include "search/labels.hpp"

#include <algorithm>
#include <cstring>
#include <mutex>

namespace medusa {
namespace {

constexpr std::uint8_t outside = 255;
// Entries of six labels: one of a hundred seems to have a label that it has not.
constexpr int bits_per_label = 4;
// The first letter of a label in the book says what it is.
constexpr char owner_kind = 'o';
constexpr char style_kind = 's';
constexpr char tag_kind = 't';

struct outside_bytes {
    std::uint8_t* start;
    std::uint32_t size;
};

std::vector<std::string> kinds_and_names(const entry_labels& labels) {
    std::vector<std::string> all;
    if (!labels.owner.empty()) all.push_back(owner_kind + labels.owner);
    if (!labels.style.empty()) all.push_back(style_kind + labels.style);
    for (const auto& tag : labels.tags) {
        if (!tag.empty()) all.push_back(tag_kind + tag);
    }
    return all;
}

std::uint64_t mixed(std::uint32_t number) {
    const std::uint64_t bits = (number + 1) * 0x9e3779b97f4a7c15U;
    return bits ^ (bits >> 32);
}

// Calls visit(number) for each until it returns false.
template <typename Visit>
void for_each_number(std::span<const std::uint8_t> bytes, Visit visit) {
    std::uint32_t number = 0;
    std::uint32_t step = 0;
    unsigned shift = 0;
    for (const auto byte : bytes) {
        step |= static_cast<std::uint32_t>(byte & 0x7f) << shift;
        shift += 7;
        if ((byte & 0x80) != 0) continue;
        number += step;
        if (!visit(number)) return;
        step = 0;
        shift = 0;
    }
}

}  // namespace

std::uint64_t signature_of(std::span<const std::uint32_t> labels) {
    std::uint64_t signature = 0;
    for (const auto number : labels) {
        auto bits = mixed(number);
        for (int bit = 0; bit < bits_per_label; ++bit, bits >>= 6) {
            signature |= std::uint64_t{1} << (bits & 63);
        }
    }
    return signature;
}

packed_labels packed_labels::of(std::span<const std::uint32_t> increasing) {
    std::vector<std::uint8_t> bytes;
    std::uint32_t before = 0;
    for (const auto number : increasing) {
        auto step = number - before;
        before = number;
        while (step >= 0x80) {
            bytes.push_back(static_cast<std::uint8_t>(step | 0x80));
            step >>= 7;
        }
        bytes.push_back(static_cast<std::uint8_t>(step));
    }
    packed_labels packed;
    if (bytes.size() <= packed.inside_.size()) {
        packed.size_ = static_cast<std::uint8_t>(bytes.size());
        std::ranges::copy(bytes, packed.inside_.begin());
        return packed;
    }
    const outside_bytes elsewhere{new std::uint8_t[bytes.size()],
                                  static_cast<std::uint32_t>(bytes.size())};
    std::ranges::copy(bytes, elsewhere.start);
    std::memcpy(packed.inside_.data(), &elsewhere, sizeof elsewhere);
    packed.size_ = outside;
    return packed;
}

std::span<const std::uint8_t> packed_labels::bytes() const {
    if (size_ != outside) return std::span(inside_).first(size_);
    outside_bytes elsewhere{};
    std::memcpy(&elsewhere, inside_.data(), sizeof elsewhere);
    return {elsewhere.start, elsewhere.size};
}

std::vector<std::uint32_t> packed_labels::unpacked() const {
    std::vector<std::uint32_t> numbers;
    for_each_number(bytes(), [&](std::uint32_t number) {
        numbers.push_back(number);
        return true;
    });
    return numbers;
}

bool packed_labels::contains(std::span<const std::uint32_t> wanted) const {
    if (wanted.empty()) return true;
    std::size_t found = 0;
    for_each_number(bytes(), [&](std::uint32_t number) {
        if (wanted[found] == number) ++found;
        return found < wanted.size() && number <= wanted[found];
    });
    return found == wanted.size();
}

void packed_labels::drop() {
    if (size_ == outside) delete[] bytes().data();
    *this = {};
}

label_filter label_book::filter_for(const entry_labels& wanted) const {
    label_filter filter;
    for (const auto& label : kinds_and_names(wanted)) {
        const auto& where = parts_[hashed()(label) % parts_count];
        const std::shared_lock lock(where.mutex);
        const auto found = where.labels.find(label);
        if (found == where.labels.end()) {
            filter.fitting_max = 0;
            return filter;
        }
        filter.labels.push_back(found->second.number);
        const auto entries = found->second.entries.load(std::memory_order_relaxed);
        filter.fitting_max = std::min(filter.fitting_max, static_cast<std::size_t>(entries));
    }
    std::ranges::sort(filter.labels);
    const auto repeats = std::ranges::unique(filter.labels);
    filter.labels.erase(repeats.begin(), repeats.end());
    filter.signature = signature_of(filter.labels);
    return filter;
}

std::uint32_t label_book::number(std::string_view label) {
    auto& where = parts_[hashed()(label) % parts_count];
    const std::unique_lock lock(where.mutex);
    if (const auto found = where.labels.find(label); found != where.labels.end()) {
        return found->second.number;
    }
    const std::unique_lock numbered_lock(numbered_mutex_);
    auto& added = *where.labels.try_emplace(std::string(label)).first;
    added.second.number = static_cast<std::uint32_t>(numbered_.size());
    numbered_.push_back(&added);
    return added.second.number;
}

std::vector<std::uint32_t> label_book::numbers_for(const entry_labels& labels) {
    std::vector<std::uint32_t> numbers;
    for (const auto& label : kinds_and_names(labels)) {
        numbers.push_back(number(label));
    }
    std::ranges::sort(numbers);
    const auto repeats = std::ranges::unique(numbers);
    numbers.erase(repeats.begin(), repeats.end());
    return numbers;
}

void label_book::count(std::span<const std::uint32_t> labels, std::int64_t change) {
    const std::shared_lock lock(numbered_mutex_);
    for (const auto number : labels) {
        numbered_[number]->second.entries.fetch_add(change, std::memory_order_relaxed);
    }
}

std::string label_book::label(std::uint32_t number) const {
    const std::shared_lock lock(numbered_mutex_);
    return numbered_[number]->first;
}

entry_labels label_book::named(std::span<const std::uint32_t> labels) const {
    entry_labels result;
    const std::shared_lock lock(numbered_mutex_);
    for (const auto number : labels) {
        const auto& label = numbered_[number]->first;
        switch (label.front()) {
            case owner_kind:
                result.owner = label.substr(1);
                break;
            case style_kind:
                result.style = label.substr(1);
                break;
            default:
                result.tags.push_back(label.substr(1));
        }
    }
    std::ranges::sort(result.tags);
    return result;
}

}  // namespace medusa
