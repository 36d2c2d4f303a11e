#include "asset/thumbnail_folder.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "core/error.hpp"
#include "core/files.hpp"
#include "support/child.hpp"

namespace medusa {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

class thumbnails_kept : public testing::Test {
protected:
    fs::path file(const std::string& name) const { return root_ / name; }

    testing_support::scratch_folder scratch_;
    fs::path root_ = scratch_.path() / "thumbnails";
    thumbnail_folder kept_{root_};
};

TEST_F(thumbnails_kept, are_found_by_picture_and_size) {
    EXPECT_FALSE(kept_.find("anna/x.png", 256));
    kept_.keep("anna/x.png", 256, "small");
    const auto found = kept_.find("anna/x.png", 256);
    ASSERT_TRUE(found);
    EXPECT_EQ(found->bytes, 5u);
    EXPECT_EQ(read_file(file("anna/x.png.256.webp"), 100), "small");
    EXPECT_FALSE(kept_.find("anna/x.png", 512));
    EXPECT_FALSE(kept_.find("anna/y.png", 256));
    EXPECT_THROW(kept_.keep("../x.png", 256, "small"), error);
    EXPECT_THROW(kept_.find("anna/../../x.png", 256), error);
}

TEST_F(thumbnails_kept, go_with_their_picture_or_its_folder_and_nothing_else_does) {
    for (const char* picture : {"anna/luna/x.png", "anna/luna/y.png", "anna/lunar/x.png"})
        for (const int side : thumbnail_sides_px) kept_.keep(picture, side, "small");
    kept_.forget("anna/luna/x.png");
    EXPECT_FALSE(kept_.find("anna/luna/x.png", 256));
    EXPECT_FALSE(kept_.find("anna/luna/x.png", 512));
    EXPECT_TRUE(kept_.find("anna/luna/y.png", 256));
    kept_.forget("anna/luna");
    EXPECT_FALSE(fs::exists(file("anna/luna")));
    EXPECT_TRUE(kept_.find("anna/lunar/x.png", 512));
    kept_.forget("anna/nothing/x.png");
    kept_.forget("anna/lunar/x.png.256.webp/below");
    EXPECT_THROW(kept_.forget("../assets"), error);
}

TEST_F(thumbnails_kept, stay_within_their_bound_and_the_oldest_go_first) {
    thumbnail_folder bounded(root_, 1'000);
    const std::string hundred(100, 'x');
    for (int i = 0; i < 10; ++i) {
        const auto name = "p" + std::to_string(i) + ".png";
        bounded.keep(name, 256, hundred);
        fs::last_write_time(file(name + ".256.webp"),
                            fs::file_time_type::clock::now() - 1h + i * 1min);
    }
    EXPECT_TRUE(bounded.find("p0.png", 256));
    bounded.keep("new.png", 256, hundred);
    for (int i = 0; i < 10; ++i)
        EXPECT_EQ(bool(bounded.find("p" + std::to_string(i) + ".png", 256)), i >= 4) << i;
    EXPECT_TRUE(bounded.find("new.png", 256));
}

TEST_F(thumbnails_kept, of_another_process_count_as_well) {
    const std::string hundred(100, 'x');
    for (int i = 0; i < 20; ++i) kept_.keep("old" + std::to_string(i) + ".png", 256, hundred);
    thumbnail_folder bounded(root_, 1'000);
    bounded.keep("new.png", 256, hundred);
    std::uint64_t bytes = 0;
    for (const auto& entry : fs::recursive_directory_iterator(root_))
        if (entry.is_regular_file()) bytes += entry.file_size();
    EXPECT_LE(bytes, 1'000u);
}

}  // namespace
}  // namespace medusa
