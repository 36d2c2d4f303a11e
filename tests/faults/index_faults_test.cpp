// kill -9 while the search index follows the store, and while its snapshot is written: whoever
// comes next finds what the store has, all of it and nothing else.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <numeric>
#include <thread>

#include "core/files.hpp"
#include "index_house.hpp"
#include "support/child.hpp"

namespace medusa {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing_support::child;

constexpr int kills_short = 50;
constexpr std::size_t output_bytes_max = 1 << 20;

int kills() {
    const char* wanted = std::getenv("MEDUSA_TEST_KILLS");
    return wanted ? std::atoi(wanted) : kills_short;
}

class index_faults : public testing::Test {
protected:
    std::string said() const {
        return fs::exists(output_) ? read_file(output_, output_bytes_max) : std::string();
    }

    // Where it was: in the middle of a snapshot, or elsewhere.
    bool kill_at_work(int round) {
        fs::remove(output_);
        child writer({MEDUSA_INDEX_WRITER, folder_.path(), std::to_string(round)}, output_);
        const bool wants_snapshot = round % 2 == 0;
        if (wants_snapshot)
            while (!said().ends_with('s')) std::this_thread::sleep_for(100us);
        else
            std::this_thread::sleep_for(20ms + 1ms * (round * 17 % 400));
        writer.kill();
        EXPECT_EQ(writer.wait(), 128 + 9);
        return said().ends_with('s');
    }

    void expect_true(int round) {
        faults::index_house house(folder_.path());
        house.follower().catch_up();
        const auto index = house.follower().index();
        const auto records = house.stored().characters->list({.limit = 1'000'000});
        auto ids = index->ids();
        ASSERT_EQ(ids.size(), records.size()) << "round " << round;
        for (const auto& record : records) {
            const auto entry = index->find(record.id);
            ASSERT_TRUE(entry) << "round " << round << ", character " << record.id;
            EXPECT_EQ(entry->labels, labels_of(record));
            const auto text = embedding_text(record);
            const auto wanted = house.vectors().embed({&text, 1}).front();
            const auto off = std::inner_product(
                wanted.begin(), wanted.end(), entry->vector.begin(), 0.0,
                [](double a, double b) { return std::max(a, b); },
                [](float a, float b) { return std::abs(double(a) - b); });
            EXPECT_LT(off, 5e-3) << "round " << round << ", character " << record.id;
        }
        EXPECT_EQ(house.follower().distrust(), "");
    }

    testing_support::scratch_folder folder_;
    const fs::path output_ = folder_.path() / "said";
};

TEST_F(index_faults, killed_at_any_moment_the_index_is_what_the_store_has) {
    int in_snapshots = 0;
    for (int round = 0; round < kills() && !HasFatalFailure(); ++round) {
        in_snapshots += kill_at_work(round) ? 1 : 0;
        expect_true(round);
    }
    RecordProperty("kills_in_snapshots", in_snapshots);
    EXPECT_GE(in_snapshots, kills() / 4);
}

}  // namespace
}  // namespace medusa
