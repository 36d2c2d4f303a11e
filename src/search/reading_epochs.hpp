// When a slot that nobody finds any more may be written anew: when every reader that might have
// found it before has gone. Readers never wait; the writer asks now and then.
//
// Two epochs are in use. A reader belongs to the one in which it began. What is retired in one
// epoch is free once the readers of that one and of the one before it are gone.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <utility>
#include <vector>

namespace medusa {

class reading_epochs {
public:
    // While it lives, no slot that its thread may see is given out again.
    class reader {
    public:
        explicit reader(std::atomic<std::int64_t>& count) : count_(&count) {}
        reader(reader&& other) noexcept : count_(std::exchange(other.count_, nullptr)) {}
        reader& operator=(reader&&) = delete;
        ~reader() {
            if (count_ != nullptr) count_->fetch_sub(1);
        }

    private:
        std::atomic<std::int64_t>* count_;
    };

    reader enter() const {
        while (true) {
            const auto epoch = epoch_.load();
            auto& count = readers_[epoch % 2];
            count.fetch_add(1);
            // Otherwise the epoch ended between the two lines, and nobody waits for this count.
            if (epoch_.load() == epoch) return reader(count);
            count.fetch_sub(1);
        }
    }

    // The rest is the writer's, one thread at a time.
    void retire(std::uint32_t slot) { retired_now_.push_back(slot); }

    // The slots that have become free since the last call; maybe none.
    std::vector<std::uint32_t> collect() {
        const auto epoch = epoch_.load();
        if (readers_[(epoch + 1) % 2].load() != 0) return {};
        epoch_.store(epoch + 1);
        return std::exchange(retired_before_, std::exchange(retired_now_, {}));
    }

private:
    std::atomic<std::uint64_t> epoch_{0};
    mutable std::array<std::atomic<std::int64_t>, 2> readers_{};
    std::vector<std::uint32_t> retired_before_;
    std::vector<std::uint32_t> retired_now_;
};

}  // namespace medusa
