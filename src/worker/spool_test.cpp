#include "worker/spool.hpp"

#include <gtest/gtest.h>

#include "core/error.hpp"
#include "core/files.hpp"
#include "core/ids.hpp"
#include "support/small_disk.hpp"

namespace medusa {
namespace {

namespace fs = std::filesystem;

class spool_test : public testing::Test {
protected:
    ~spool_test() override { fs::remove_all(folder_); }

    static rendered_picture drawn() {
        rendered_picture one;
        one.drawn = {"PNG bytes", 640, 480,           "flat",         "1",       "model",
                     "look",      "r", "algorithmic", "by an artist", {"a note"}};
        one.drawn_at = from_rfc3339("2026-11-23T01:35:00.250Z");
        return one;
    }
    fs::path file(const char* ending) const { return folder_ / (key_.job_id + "-3" + ending); }

    const fs::path folder_ = fs::temp_directory_path() / ("medusa-spool-" + random_ids().uuid());
    const spool kept_{folder_};
    const spool_key key_{random_ids().uuid(), 3, "digest"};
};

TEST_F(spool_test, gives_back_all_that_was_kept) {
    EXPECT_FALSE(kept_.find(key_));
    kept_.keep(key_, drawn());
    const auto found = kept_.find(key_);
    ASSERT_TRUE(found);
    const auto& [one, expected] = std::pair(found->drawn, drawn().drawn);
    EXPECT_EQ(one.png, expected.png);
    EXPECT_EQ(one.width, 640);
    EXPECT_EQ(one.height, 480);
    EXPECT_EQ(one.engine, expected.engine);
    EXPECT_EQ(one.engine_version, expected.engine_version);
    EXPECT_EQ(one.model, expected.model);
    EXPECT_EQ(one.identity_method, expected.identity_method);
    EXPECT_EQ(one.reference_image_id, expected.reference_image_id);
    EXPECT_EQ(one.source_type, expected.source_type);
    EXPECT_EQ(one.attribution, expected.attribution);
    EXPECT_EQ(one.notes, expected.notes);
    EXPECT_EQ(found->drawn_at, drawn().drawn_at);
}

TEST_F(spool_test, what_is_damaged_or_of_something_else_is_not_there) {
    const auto damaged = [&](const char* ending, const std::string& bytes) {
        kept_.keep(key_, drawn());
        EXPECT_TRUE(kept_.find(key_));
        write_file_atomic(file(ending), bytes, durability::soon);
        return !kept_.find(key_);
    };
    EXPECT_TRUE(damaged(".png", "PNG bytez"));
    EXPECT_TRUE(damaged(".png", ""));
    EXPECT_TRUE(damaged(".json", "{"));
    EXPECT_TRUE(damaged(".json", "[]"));
    EXPECT_TRUE(damaged(".json", R"({"jobId":7})"));
    kept_.keep(key_, drawn());
    fs::remove(file(".png"));
    EXPECT_FALSE(kept_.find(key_));

    kept_.keep(key_, drawn());
    EXPECT_FALSE(kept_.find({key_.job_id, 3, "asked for something else"}));
    EXPECT_FALSE(kept_.find({key_.job_id, 2, key_.asked}));
    const auto other = random_ids().uuid();
    for (const auto* ending : {".png", ".json"})
        fs::copy(file(ending), folder_ / (other + "-3" + ending));
    EXPECT_FALSE(kept_.find({other, 3, key_.asked})) << "a file under a foreign name";
}

TEST_F(spool_test, is_cleaned_of_jobs_that_have_ended) {
    const auto ended = random_ids().uuid();
    kept_.keep(key_, drawn());
    kept_.keep({ended, 0, {}}, drawn());
    write_file_atomic(folder_ / "notes.txt", "not ours", durability::soon);
    std::vector<std::string> asked;
    kept_.clean([&](const std::string& job_id) {
        asked.push_back(job_id);
        return job_id == key_.job_id;
    });
    EXPECT_EQ(asked.size(), 2u) << "each job once";
    EXPECT_TRUE(kept_.find(key_));
    EXPECT_FALSE(kept_.find({ended, 0, {}}));
    EXPECT_TRUE(fs::exists(folder_ / "notes.txt"));
    kept_.forget(key_.job_id, key_.index);
    EXPECT_FALSE(fs::exists(file(".png")) || fs::exists(file(".json")));
    kept_.forget(key_.job_id, key_.index);
}

TEST_F(spool_test, has_no_file_that_its_jobs_do_not_name) {
    kept_.keep(key_, drawn());
    kept_.keep(key_, drawn());
    for (const auto& entry : fs::directory_iterator(folder_))
        EXPECT_TRUE(entry.path() == file(".png") || entry.path() == file(".json")) << entry.path();
}

TEST_F(spool_test, a_full_disk_is_an_error_and_leaves_nothing_that_counts) {
    const testing_support::file_size_limit full(64 << 10);
    auto large = drawn();
    large.drawn.png.assign(1 << 20, 'x');
    EXPECT_THROW(kept_.keep(key_, large), error);
    EXPECT_FALSE(kept_.find(key_));
}

}  // namespace
}  // namespace medusa
