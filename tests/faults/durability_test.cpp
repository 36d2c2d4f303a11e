// What is promised to be on the disk is flushed to it, and in the right order: no test can cut the
// power, so this one watches the calls that a power failure depends on.
#include <dlfcn.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <mutex>
#include <string>
#include <vector>

#include "asset/local/local_assets.hpp"
#include "contract/store_contract.hpp"
#include "core/files.hpp"
#include "store/sqlite/sqlite_store.hpp"

namespace medusa {
namespace {

namespace fs = std::filesystem;
using strings = std::vector<std::string>;

std::mutex watched;
strings calls;  // guarded by watched

std::string name_of(int file) {
    std::error_code gone;
    const auto path = fs::read_symlink(fmt::format("/proc/self/fd/{}", file), gone);
    return path.filename();
}

void note(std::string call) {
    const std::lock_guard lock(watched);
    calls.push_back(std::move(call));
}

}  // namespace
}  // namespace medusa

// In place of the system's: the program's own symbols come first.
extern "C" int fsync(int file) {
    medusa::note("flush " + medusa::name_of(file));
    static const auto real = reinterpret_cast<int (*)(int)>(::dlsym(RTLD_NEXT, "fsync"));
    return real(file);
}

extern "C" int fdatasync(int file) {
    medusa::note("flush " + medusa::name_of(file));
    static const auto real = reinterpret_cast<int (*)(int)>(::dlsym(RTLD_NEXT, "fdatasync"));
    return real(file);
}

extern "C" int renameat(int from_folder, const char* from, int to_folder, const char* to) {
    medusa::note(fmt::format("name {}", to));
    using call = int (*)(int, const char*, int, const char*);
    static const auto real = reinterpret_cast<call>(::dlsym(RTLD_NEXT, "renameat"));
    return real(from_folder, from, to_folder, to);
}

namespace medusa {
namespace {

class durability_test : public testing::Test {
protected:
    // What `work` flushed and named. Temporary names lose their number.
    template <class call_type>
    strings watch(const call_type& work) {
        {
            const std::lock_guard lock(watched);
            calls.clear();
        }
        work();
        const std::lock_guard lock(watched);
        for (auto& one : calls)
            if (one.ends_with(unfinished_ending)) one = "flush unfinished";
        return calls;
    }
    static bool flushed(const strings& told, const std::string& what) {
        return std::any_of(told.begin(), told.end(), [&](const auto& one) {
            return one.starts_with("flush ") && one.find(what) != std::string::npos;
        });
    }
    stores opened() { return make_sqlite_store({.file = folder_.path() / "medusa.db"}); }

    testing_support::scratch_folder folder_;
};

TEST_F(durability_test, a_file_is_flushed_before_it_has_its_name_and_its_folder_after) {
    const auto path = folder_.path() / "in" / "note";
    fs::create_directories(path.parent_path());
    EXPECT_EQ(watch([&] { write_file_atomic(path, "text"); }),
              (strings{"flush unfinished", "name note", "flush in"}));
    EXPECT_EQ(watch([&] { write_file_atomic(path, "text", durability::soon); }),
              (strings{"name note"}));
}

TEST_F(durability_test, an_asset_is_on_the_disk_when_it_is_stored) {
    const auto assets = make_local_asset_store(folder_.path());
    const auto told = watch([&] { assets->put("anna/characters/luna/avatar/x.png", "bytes"); });
    EXPECT_EQ(told.front(), "flush unfinished");
    EXPECT_TRUE(flushed(told, "avatar"));
    EXPECT_TRUE(flushed(told, "luna")) << "a new folder is in its parent for good";
}

TEST_F(durability_test, a_record_is_on_the_disk_when_it_is_created) {
    const auto store = opened();
    const owner_info anna{"local", "anna"};
    const auto held = store.reserved->reserve("job", anna, "luna");
    const auto told = watch([&] {
        store.characters->create(record_for("job", anna, held, "Luna"),
                                 image_for("job-image", held.id));
    });
    EXPECT_TRUE(flushed(told, "medusa.db"));
}

TEST_F(durability_test, a_job_is_on_the_disk_when_it_is_accepted_and_when_it_ends_badly) {
    const auto store = opened();
    submission wanted;
    wanted.id = "submission";
    wanted.total = 1;
    job one;
    one.id = "job";
    one.submission_id = wanted.id;
    EXPECT_TRUE(flushed(watch([&] { store.intake->submit(wanted, {&one, 1}, {}); }), "medusa.db"));
    const auto change = [&](job_durability how) {
        return watch([&] {
            const auto before = one.revision++;
            ASSERT_TRUE(store.leases->swap(one, before, how));
        });
    };
    EXPECT_TRUE(flushed(change(job_durability::now), "medusa.db"));
    EXPECT_FALSE(flushed(change(job_durability::soon), "medusa.db")) << "waits for nothing";
}

}  // namespace
}  // namespace medusa
