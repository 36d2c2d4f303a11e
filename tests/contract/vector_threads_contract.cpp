#include <atomic>
#include <chrono>
#include <thread>

#include "contract/vector_contract.hpp"

namespace medusa {
namespace {

constexpr std::int64_t steady_entries = 1'200;  // that stay as they are
constexpr std::int64_t writes_min = 200;
constexpr int searches_min = 200;

TEST_P(vector_contract, an_entry_that_is_replaced_is_found_at_every_moment) {
    fill(600);
    const auto vector = source_.next();
    index_->upsert(1'000, vector, {"replaced", "", {}});
    std::jthread writer([&](const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            index_->upsert(1'000, vector, {"replaced", "", {}});
        }
    });
    for (int search = 0; search < 200; ++search) {
        const auto anywhere = index_->search(vector, 1);
        ASSERT_EQ(anywhere.size(), 1);
        EXPECT_EQ(anywhere[0].id, 1'000);
        const auto own = index_->search(vector, 3, {"replaced", "", {}});
        ASSERT_EQ(own.size(), 1) << "neither missed nor twice";
        EXPECT_EQ(own[0].id, 1'000);
    }
}

// Entries come, change and go, and snapshots are saved, while searches go on: what stays is found
// by each of them, what fits no filter by none, and what has gone by none that begins later.
TEST_P(vector_contract, searches_go_on_while_others_write) {
    fill(steady_entries);
    std::atomic<std::int64_t> gone{steady_entries};  // ids from the first up to this one are away
    std::atomic<bool> writing{true};
    std::atomic<int> searches{0};
    std::vector<std::jthread> threads;
    for (unsigned reader = 0; reader < 2; ++reader) {
        threads.emplace_back([&, reader] {
            vector_source queries(100 + reader);
            while (writing) {
                ++searches;
                const auto gone_before = gone.load();
                for (const auto& hit : index_->search(queries.next(), 20)) {
                    EXPECT_TRUE(hit.id < steady_entries || hit.id >= gone_before) << hit.id;
                }
                for (const auto& hit : index_->search(queries.next(), 20, {"owner3", "", {}})) {
                    EXPECT_EQ(hit.id % 10, 3);
                }
                const auto steady = gone_before % steady_entries;
                const auto own = index_->search(judge_.entries().at(steady).vector, 1);
                ASSERT_EQ(own.size(), 1);
                EXPECT_EQ(own[0].id, steady);
                const auto found = index_->find(steady);
                ASSERT_TRUE(found);
                EXPECT_EQ(found->labels, judge_.entries().at(steady).labels);
            }
        });
    }
    std::jthread saver([&](const std::stop_token& stop) {
        do {
            index_->save(file_, "meanwhile");
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        } while (!stop.stop_requested());
    });
    vector_source fresh(200);
    for (auto id = steady_entries; id < steady_entries + writes_min || searches < searches_min;
         ++id) {
        index_->upsert(id, fresh.next(), labels_of(id));
        index_->upsert(id, fresh.next(), labels_of(id));
        if (id % 2 == 0) continue;
        for (const auto going : {id - 1, id}) {
            index_->remove(going);
            gone = going + 1;
        }
    }
    writing = false;
    saver.request_stop();
    saver.join();
    threads.clear();
    EXPECT_GE(recall(*index_, {}), 0.98);
    EXPECT_EQ(GetParam().load(file_, space_).position, "meanwhile");
}

TEST_P(vector_contract, several_threads_may_write) {
    std::vector<std::vector<float>> vectors;
    for (std::int64_t id = 0; id < 600; ++id) {
        vectors.push_back(source_.next());
        judge_.upsert(id, vectors.back(), labels_of(id));
    }
    {
        std::vector<std::jthread> threads;
        for (std::int64_t first = 0; first < 3; ++first) {
            threads.emplace_back([&, first] {
                for (std::int64_t id = first; id < 600; id += 3) {
                    index_->upsert(id, vectors[static_cast<std::size_t>(id)], labels_of(id));
                }
            });
        }
    }
    expect_same_entries(*index_);
    EXPECT_GE(recall(*index_, {}), 0.99);
}

}  // namespace
}  // namespace medusa
