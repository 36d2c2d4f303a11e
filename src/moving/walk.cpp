#include "moving/walk.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "core/error.hpp"

namespace medusa {
namespace {

constexpr std::size_t page_records = 200;

struct page {
    std::vector<character> sound;
    std::vector<std::int64_t> damaged;
};

// Calls `take` for each page of the store.
void turn_pages(character_store& store, const std::stop_token& stop,
                const std::function<void(const page&)>& take) {
    character_query query{.limit = page_records};
    for (;;) {
        expect_no_stop(stop);
        page next;
        query.damaged = &next.damaged;
        next.sound = store.list(query);
        auto last = INT64_MAX;
        for (const auto& one : next.sound) last = std::min(last, one.id);
        for (const auto id : next.damaged)
            if (id > 0) last = std::min(last, id);
        if (!next.sound.empty() || !next.damaged.empty()) take(next);
        if (last == INT64_MAX) return;
        query.before_id = last;
    }
}

}  // namespace

void side_by_side(std::size_t count, const std::function<void(std::size_t)>& work) {
    std::atomic<std::size_t> next{0};
    std::mutex mutex;
    std::exception_ptr failed;
    const auto serve = [&] {
        for (auto i = next++; i < count; i = next++) {
            try {
                work(i);
            } catch (...) {
                const std::lock_guard lock(mutex);
                if (!failed) failed = std::current_exception();
                next = count;
            }
        }
    };
    {
        std::vector<std::jthread> crew;
        for (std::size_t i = 1; i < std::min<std::size_t>(count, movers); ++i)
            crew.emplace_back(serve);
        serve();
    }
    if (failed) std::rethrow_exception(failed);
}

void expect_no_stop(const std::stop_token& stop) {
    if (stop.stop_requested())
        throw error(errc::cancelled, "interrupted",
                    "The same command goes on where this one ended");
}

void walk(character_store& store, const visitor& visit, const std::stop_token& stop) {
    turn_pages(store, stop, [&](const page& all) {
        for (const auto id : all.damaged) visit.damaged(id);
        side_by_side(all.sound.size(), [&](std::size_t i) {
            expect_no_stop(stop);
            visit.sound(all.sound[i]);
        });
    });
}

std::size_t count_characters(character_store& store, const std::stop_token& stop) {
    std::size_t count = 0;
    turn_pages(store, stop,
               [&](const page& all) { count += all.sound.size() + all.damaged.size(); });
    return count;
}

}  // namespace medusa
