// How many jobs one owner may have that wait or run, where many are handed in at once.
//
// Part of the queue; any thread. The store counts what it has; those on their way into it through
// this process are counted here. So the limit is the promise of one process, and exact there:
// several that serve the same owner may go past it by what they hand in at the same moment.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>

namespace medusa {

class owner_limit {
    struct line {
        std::size_t people = 0;
        std::size_t jobs = 0;
        std::uint64_t left = 0;  // so many took jobs out again, into the store or not
        std::condition_variable leaving{};
        std::mutex turn{};  // of those who wait for others to leave
    };

public:
    explicit owner_limit(std::size_t most) : most_(most) {}

    // Jobs that are being handed in. Keep it until the store has them, or does not get them.
    class handing_in {
    public:
        handing_in(owner_limit& within, const std::string& owner, std::size_t jobs);
        ~handing_in();
        handing_in(const handing_in&) = delete;
        handing_in& operator=(const handing_in&) = delete;

        // Empty: there is room, and it is theirs; else how many jobs the owner has. Waits only
        // where it depends on what the same owner is just handing in. `stored` counts the owner's
        // jobs in the store; throws what that throws. Ask once.
        std::optional<std::size_t> crowded_by(const std::function<std::size_t()>& stored);

    private:
        enum class finding { room, none, unsure };
        finding look(const std::function<std::size_t()>& stored);
        void leave();

        owner_limit& within_;
        const std::map<std::string, line>::iterator own_;
        const std::size_t jobs_;
        bool is_in_ = false;
        std::size_t stored_ = 0;
        std::uint64_t left_ = 0;  // of the line, when this left it
    };

private:
    std::map<std::string, line>::iterator enter(const std::string& owner);

    const std::size_t most_;
    std::mutex mutex_;
    std::map<std::string, line> lines_;  // by owner who is handing in; guarded by mutex_
};

}  // namespace medusa
