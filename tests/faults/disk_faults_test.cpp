// Full and read-only disks: a clear error, nothing half-written, and everything works again once
// there is space.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "asset/local/local_assets.hpp"
#include "contract/store_contract.hpp"
#include "core/error.hpp"
#include "core/files.hpp"
#include "number/image_number.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "support/small_disk.hpp"

namespace medusa {
namespace {

namespace fs = std::filesystem;
using testing_support::file_size_limit;
using testing_support::small_disk;

const owner_info anna{"local", "anna"};

std::int64_t make_character(const stores& store, const std::string& job) {
    const auto held = store.reserved->reserve(job, anna, "luna");
    auto record = record_for(job, anna, held, "Luna");
    record.description = std::string(4'000, 'x');
    store.characters->create(record, image_for(job + "-image", held.id));
    return held.id;
}

// Makes characters until `count` or the first error, which must be one that users understand.
std::vector<std::int64_t> make_until_error(const stores& store, int count, bool& failed) {
    std::vector<std::int64_t> made;
    try {
        for (int i = 0; i < count; ++i)
            made.push_back(make_character(store, fmt::format("job-{}", i)));
    } catch (const error& reason) {
        failed = true;
        EXPECT_EQ(reason.code(), errc::storage) << reason.what();
        EXPECT_EQ(reason.detail().rfind("Database connection failed: ", 0), 0u) << reason.what();
        EXPECT_FALSE(reason.advice().empty());
    }
    return made;
}

void expect_sound(const fs::path& file) {
    sqlite::connection on(file, sqlite::access::read, std::chrono::seconds(5));
    sqlite::query check(on, "PRAGMA integrity_check");
    ASSERT_TRUE(check.next());
    EXPECT_EQ(check.text(0), "ok");
}

class disk_faults : public testing::Test {
protected:
    fs::path file() const { return folder_.path() / "medusa.db"; }

    testing_support::scratch_folder folder_;
};

// SQLite's own method: let the n-th write fail, for every n, until all pass.
TEST_F(disk_faults, each_write_of_the_store_may_fail) {
    constexpr std::size_t step_bytes = 4'096;
    constexpr int characters = 2;
    int failures = 0;
    for (std::size_t limit = 0;; limit += step_bytes) {
        const testing_support::scratch_folder fresh;
        const auto database = fresh.path() / "medusa.db";
        const auto store = make_sqlite_store({.file = database});
        bool failed = false;
        std::vector<std::int64_t> made;
        {
            const file_size_limit limited(limit);
            made = make_until_error(store, characters, failed);
        }
        expect_sound(database);
        for (const auto id : made) EXPECT_TRUE(store.characters->find(id)) << "acknowledged";
        EXPECT_EQ(store.characters->list({}).size(), made.size()) << "half a character";
        for (int i = 0; i < characters; ++i) make_character(store, fmt::format("job-{}", i));
        EXPECT_EQ(store.characters->list({}).size(), std::size_t(characters));
        if (!failed) break;
        ++failures;
    }
    EXPECT_GE(failures, 10) << "the limit did not bite";
}

TEST_F(disk_faults, each_write_of_a_new_store_may_fail) {
    int failures = 0;
    for (std::size_t limit = 0;; limit += 4'096) {
        const testing_support::scratch_folder fresh;
        const auto database = fresh.path() / "medusa.db";
        bool failed = false;
        try {
            const file_size_limit limited(limit);
            make_sqlite_store({.file = database});
        } catch (const error& reason) {
            failed = true;
            EXPECT_EQ(reason.code(), errc::storage) << reason.what();
        }
        make_character(make_sqlite_store({.file = database}), "job");
        expect_sound(database);
        if (!failed) break;
        ++failures;
    }
    EXPECT_GE(failures, 5) << "the limit did not bite";
}

TEST_F(disk_faults, an_asset_is_written_whole_or_not_at_all) {
    const auto assets = make_local_asset_store(folder_.path() / "assets");
    const std::string bytes(100'000, 'x');
    {
        const file_size_limit limited(50'000);
        try {
            assets->put("anna/x.png", bytes);
            FAIL() << "the limit did not bite";
        } catch (const error& reason) {
            EXPECT_EQ(reason.code(), errc::storage) << reason.what();
        }
    }
    EXPECT_FALSE(assets->get("anna/x.png"));
    EXPECT_TRUE(fs::is_empty(folder_.path() / "assets" / "anna")) << "an unfinished file is left";
    assets->put("anna/x.png", bytes);
    EXPECT_EQ(assets->get("anna/x.png"), bytes);
}

TEST_F(disk_faults, the_number_file_keeps_its_content) {
    const auto store = make_sqlite_store({.file = file()});
    make_character(store, "a");
    make_character(store, "b");
    const auto numbers = folder_.path() / "number";
    count_image(numbers, *store.images, "a-image");
    const auto held = std::make_unique<file_size_limit>(1);
    EXPECT_THROW(count_image(numbers, *store.images, "b-image"), error);
    EXPECT_EQ(read_file(numbers, 10), "1\n");
}

TEST_F(disk_faults, a_full_disk_is_reported_and_outlived) {
    const auto disk = small_disk::mount(folder_.path(), 2'000'000);
    if (!disk) GTEST_SKIP() << "this machine does not allow mounting; the limits above stand in";
    const auto store = make_sqlite_store({.file = file()});
    const auto assets = make_local_asset_store(folder_.path() / "assets");
    const auto numbers = folder_.path() / "number";
    make_character(store, "a");
    assets->put("anna/x.png", "x");
    count_image(numbers, *store.images, "a-image");
    disk->fill();

    bool failed = false;
    const auto made = make_until_error(store, 1'000, failed);
    EXPECT_TRUE(failed);
    EXPECT_EQ(store.characters->list({.limit = 2'000}).size(), made.size() + 1);
    try {
        assets->put("anna/y.png", std::string(100'000, 'y'));
        ADD_FAILURE() << "the disk is not full";
    } catch (const error& reason) {
        EXPECT_EQ(reason.code(), errc::storage);
        EXPECT_NE(reason.advice().find("space"), std::string::npos) << reason.what();
    }
    EXPECT_EQ(assets->list(""), std::vector<std::string>{"anna/x.png"});
    EXPECT_THROW(assets->check(), error) << "doctor must not be green";

    disk->empty();
    EXPECT_NE(store.characters->check(), "");
    make_character(store, "b");
    assets->put("anna/y.png", std::string(100'000, 'y'));
    EXPECT_EQ(count_image(numbers, *store.images, "b-image").number, 2);
    expect_sound(file());
}

TEST_F(disk_faults, a_read_only_disk_is_reported) {
    const auto disk = small_disk::mount(folder_.path(), 2'000'000);
    if (!disk) GTEST_SKIP() << "this machine does not allow mounting";
    make_character(make_sqlite_store({.file = file()}), "a");
    const auto assets = make_local_asset_store(folder_.path() / "assets");
    disk->set_read_only(true);
    const auto refused = [](const auto& act) {
        try {
            act();
        } catch (const error& reason) {
            EXPECT_FALSE(reason.advice().empty()) << reason.what();
            return reason.code();
        }
        return errc::internal;
    };
    EXPECT_EQ(refused([&] { make_sqlite_store({.file = file()}).characters->check(); }),
              errc::storage);
    try {
        make_sqlite_store({.file = file()}).characters->check();
    } catch (const error& reason) {
        EXPECT_NE(reason.detail().find("read-only"), std::string::npos) << reason.what();
    }
    EXPECT_EQ(refused([&] { assets->put("anna/x.png", "x"); }), errc::storage);
    EXPECT_EQ(refused([&] { assets->check(); }), errc::storage);
    disk->set_read_only(false);
    EXPECT_EQ(make_sqlite_store({.file = file()}).characters->list({}).size(), 1u);
}

}  // namespace
}  // namespace medusa
