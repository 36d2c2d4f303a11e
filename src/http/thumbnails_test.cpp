#include "http/thumbnails.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include "asset/local/local_assets.hpp"
#include "core/error.hpp"
#include "support/child.hpp"

namespace medusa::http {
namespace {

using namespace std::chrono_literals;

// Takes its time, and says how often it was asked.
class slow_thumbnailer final : public thumbnailer {
public:
    explicit slow_thumbnailer(std::atomic<int>& asked) : asked_(asked) {}
    std::function<void()> meanwhile = [] {};

    std::string webp(std::string_view png, int side_px) override {
        ++asked_;
        std::this_thread::sleep_for(20ms);
        meanwhile();
        if (png == "damaged") throw error(errc::corrupted, "no picture");
        return "small " + std::to_string(side_px);
    }

private:
    std::atomic<int>& asked_;
};

class http_thumbnails : public testing::Test {
protected:
    std::atomic<int> asked_ = 0;
    testing_support::scratch_folder folder_;
    std::filesystem::path kept_ = folder_.path() / "thumbnails";
    std::unique_ptr<asset_store> assets_ =
        make_local_asset_store(folder_.path() / "assets", "/assets/", kept_);
    slow_thumbnailer* by_ = new slow_thumbnailer(asked_);
    thumbnails small_{*assets_, kept_, std::unique_ptr<thumbnailer>(by_)};
};

TEST_F(http_thumbnails, are_made_once_however_many_ask) {
    assets_->put("anna/x.png", "picture");
    std::atomic<int> got = 0;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 16; ++i)
            threads.emplace_back([&, side = i % 2 ? 256 : 512] {
                const auto made = small_.of("anna/x.png", side);
                got += made && made->bytes == 9;
            });
    }
    EXPECT_EQ(got, 16);
    EXPECT_EQ(asked_, 2);
    EXPECT_TRUE(small_.of("anna/x.png", 256));
    EXPECT_EQ(asked_, 2);
}

TEST_F(http_thumbnails, of_a_damaged_picture_fail_for_everybody_and_for_others_not) {
    assets_->put("anna/x.png", "damaged");
    assets_->put("anna/y.png", "picture");
    std::atomic<int> failed = 0;
    {
        std::vector<std::jthread> threads;
        for (int i = 0; i < 8; ++i)
            threads.emplace_back([&] {
                try {
                    small_.of("anna/x.png", 256);
                } catch (const error&) {
                    ++failed;
                }
            });
    }
    EXPECT_EQ(failed, 8);
    EXPECT_TRUE(small_.of("anna/y.png", 256));
}

TEST_F(http_thumbnails, go_with_their_picture) {
    assets_->put("anna/x.png", "picture");
    EXPECT_TRUE(small_.of("anna/x.png", 256));
    assets_->remove("anna/x.png");
    EXPECT_FALSE(small_.of("anna/x.png", 256));
    EXPECT_FALSE(thumbnail_folder(kept_).find("anna/x.png", 256));
}

TEST_F(http_thumbnails, of_a_picture_that_goes_meanwhile_are_not_kept) {
    assets_->put("anna/x.png", "picture");
    by_->meanwhile = [&] { assets_->remove("anna/x.png"); };
    EXPECT_FALSE(small_.of("anna/x.png", 256));
    EXPECT_FALSE(thumbnail_folder(kept_).find("anna/x.png", 256));
}

}  // namespace
}  // namespace medusa::http
