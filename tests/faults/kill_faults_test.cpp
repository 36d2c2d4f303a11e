// kill -9 in the middle of work, again and again: nothing acknowledged is lost, nothing half-made
// is visible, no id, slug or number is given twice.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <set>
#include <thread>

#include "asset/local/local_assets.hpp"
#include "contract/store_contract.hpp"
#include "core/files.hpp"
#include "core/hash.hpp"
#include "core/text.hpp"
#include "number/image_number.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/sqlite_store.hpp"

namespace medusa {
namespace {

namespace fs = std::filesystem;
using testing_support::child;

constexpr int kills_short = 20;
constexpr std::size_t output_bytes_max = 1 << 20;

int kills() {
    const char* wanted = std::getenv("MEDUSA_TEST_KILLS");
    return wanted ? std::atoi(wanted) : kills_short;
}

class kill_faults : public testing::Test {
protected:
    child start(const std::string& name, int count) const {
        return child({MEDUSA_STORE_WRITER, "sqlite", folder_.path(), name, std::to_string(count)},
                     output_);
    }

    // Lets it get to work, then a little longer each time, so that the kills fall everywhere.
    void kill_at_work(const std::string& name, int round) const {
        fs::remove(output_);
        auto writer = start(name, 1'000'000);
        while (!fs::exists(output_) || fs::file_size(output_) == 0)
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
        std::this_thread::sleep_for(std::chrono::microseconds(round * 1'700 % 23'000));
        writer.kill();
        EXPECT_EQ(writer.wait(), 128 + 9);
    }

    // The ids that the writer printed in whole lines.
    std::vector<std::int64_t> acknowledged() const {
        auto lines = split(read_file(output_, output_bytes_max), '\n');
        lines.pop_back();
        std::vector<std::int64_t> ids;
        for (const auto& line : lines) ids.push_back(std::stoll(line));
        return ids;
    }

    void expect_sound() const {
        sqlite::connection on(folder_.path() / "medusa.db", sqlite::access::read,
                              std::chrono::seconds(5));
        sqlite::query check(on, "PRAGMA integrity_check");
        ASSERT_TRUE(check.next());
        EXPECT_EQ(check.text(0), "ok");
    }

    // Every record has its files, and no visible file is half-written.
    void expect_files(const stores& store, asset_store& assets) const {
        std::size_t files = 0;
        for (const auto& record : store.characters->list({.limit = 1'000'000})) {
            const auto images = store.images->of_character(record.id);
            ASSERT_EQ(images.size(), 1u) << record.job_id;
            const auto bytes = assets.get(images[0].path);
            ASSERT_TRUE(bytes) << images[0].path;
            EXPECT_EQ(sha256_hex(*bytes), images[0].sha256);
            ++files;
        }
        const auto all = assets.list("");
        EXPECT_GE(all.size(), files);
        for (const auto& path : all) {
            const auto bytes = assets.get(path).value_or("");
            EXPECT_NE(path.find(sha256_hex(bytes).substr(0, 8)), std::string::npos) << path;
        }
    }

    testing_support::scratch_folder folder_;
    fs::path output_ = folder_.path() / "acknowledged";
};

TEST_F(kill_faults, nothing_acknowledged_is_lost_and_nothing_is_half_made) {
    const auto rounds = kills();
    const int look_at_files_every = rounds > kills_short ? 50 : 1;
    const auto assets = make_local_asset_store(folder_.path() / "assets");
    for (int round = 0; round < rounds; ++round) {
        // Every second round goes on with the jobs of the one before, as a retry does.
        kill_at_work(fmt::format("round-{}", round / 2), round);
        expect_sound();
        const auto store = make_sqlite_store({.file = folder_.path() / "medusa.db"});
        for (const auto id : acknowledged()) EXPECT_TRUE(store.characters->find(id)) << id;
        if (round % look_at_files_every == 0) expect_files(store, *assets);
        ASSERT_FALSE(HasFailure()) << "round " << round;
    }
    EXPECT_EQ(start("last", 1).wait(), 0);

    const auto store = make_sqlite_store({.file = folder_.path() / "medusa.db"});
    expect_files(store, *assets);
    std::set<std::string> slugs;
    std::set<std::int64_t> numbers;
    std::size_t numbered = 0;
    const auto records = store.characters->list({.limit = 1'000'000});
    for (const auto& record : records) {
        slugs.insert(record.slug);
        for (const auto& image : store.images->of_character(record.id)) {
            if (!image.number) continue;
            numbers.insert(*image.number);
            ++numbered;
        }
    }
    EXPECT_EQ(slugs.size(), records.size());
    EXPECT_EQ(numbered, records.size()) << "a picture is not counted";
    EXPECT_EQ(numbers.size(), numbered) << "a number was given twice";
    EXPECT_EQ(*numbers.rbegin(), std::int64_t(numbered)) << "a number was lost";
    EXPECT_EQ(read_file(folder_.path() / "number", 100), fmt::format("{}\n", numbered));
}

}  // namespace
}  // namespace medusa
