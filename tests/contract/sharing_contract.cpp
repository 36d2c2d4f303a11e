// Threads and processes on one store, for every adapter; part of the store contract.
#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <thread>

#include "contract/store_contract.hpp"
#include "core/files.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"

namespace medusa {
namespace {

TEST_P(store_contract, eight_threads_get_different_ids_and_slugs) {
    constexpr int threads = 8;
    constexpr int each = 4;
    std::vector<std::thread> makers;
    for (int t = 0; t < threads; ++t)
        makers.emplace_back([&, t] {
            for (int i = 0; i < each; ++i) {
                const auto record = make(store_, fmt::format("{}-{}", t, i), anna, "luna");
                EXPECT_EQ(store_.characters->find(record.id), record);
            }
        });
    // One job from two threads at once: still one character.
    std::vector<reservation> same(2);
    for (auto& held : same)
        makers.emplace_back([&] { held = store_.reserved->reserve("same", ben, "twin"); });
    for (auto& maker : makers) maker.join();

    EXPECT_EQ(same[0], same[1]);
    std::set<std::int64_t> ids{same[0].id};
    std::set<std::string> slugs;
    for (const auto& record : store_.characters->list({.limit = 1'000})) {
        ids.insert(record.id);
        slugs.insert(record.slug);
    }
    EXPECT_EQ(slugs.size(), std::size_t(threads * each));
    EXPECT_EQ(ids.size(), std::size_t(threads * each + 1));
    // Only the job that was asked for twice at once may leave a number out.
    EXPECT_LE(*ids.rbegin() - *ids.begin(), threads * each + 1) << "gaps, though nothing failed";
}

// The store does not exist before they start: they race to create it as well.
TEST_P(store_contract, several_processes_share_one_store) {
    const testing_support::scratch_folder shared;
    constexpr int processes = 4;
    constexpr int each = 5;
    std::vector<testing_support::child> writers;
    for (int p = 0; p < processes; ++p)
        writers.emplace_back(
            std::vector<std::string>{MEDUSA_STORE_WRITER, GetParam().address(shared.path()),
                                     shared.path(), fmt::format("p{}", p), std::to_string(each)},
            shared.path() / fmt::format("p{}.out", p));
    for (auto& writer : writers) EXPECT_EQ(writer.wait(), 0);

    std::set<std::int64_t> printed;
    for (int p = 0; p < processes; ++p)
        for (const auto& line :
             split(read_file(shared.path() / fmt::format("p{}.out", p), 1 << 20), '\n'))
            if (!line.empty()) printed.insert(std::stoll(line));
    const auto store = GetParam().open(shared.path());
    const auto records = store.characters->list({.limit = 1'000});
    std::set<std::int64_t> found;
    for (const auto& record : records) found.insert(record.id);
    EXPECT_EQ(records.size(), found.size());
    EXPECT_EQ(found, printed);
    EXPECT_EQ(printed.size(), std::size_t(processes * each));
    EXPECT_EQ(*printed.begin(), limits::first_character_id);
    EXPECT_EQ(*printed.rbegin(), limits::first_character_id + processes * each - 1);
    for (const auto& record : records) EXPECT_EQ(store.images->of_character(record.id).size(), 1u);
}

}  // namespace
}  // namespace medusa
