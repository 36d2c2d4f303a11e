// Many uploads against an account that fails in every way it can, with the account's own history as
// the judge: each asset is stored once, none is overwritten, and none is there that nobody knows.
//
// 300 uploads; MEDUSA_TEST_UPLOADS=10000 makes it as many.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <random>

#include "asset/cloudinary/cloudinary_assets.hpp"
#include "core/error.hpp"
#include "support/fake_server.hpp"
#include "support/virtual_timer.hpp"

namespace medusa {
namespace {

namespace json = boost::json;

constexpr int uploads_default = 300;

constexpr auto plan = R"([
    {"fault": "reset_after", "route": "POST *", "p": 0.08},
    {"fault": "reset_before", "p": 0.05},
    {"fault": "truncate", "p": 0.05, "at": 0.4},
    {"fault": "html", "p": 0.03},
    {"fault": "status", "p": 0.03, "status": 500, "text": "{\"error\":{\"message\":\"General\"}}"},
    {"fault": "status", "p": 0.03, "status": 502, "text": "<p>Bad gateway"},
    {"fault": "status", "p": 0.02, "status": 504, "text": ""},
    {"fault": "status", "p": 0.02, "status": 423, "text": "{}"},
    {"fault": "status", "p": 0.02, "status": 420, "text": "{}", "reset_seconds": 60},
    {"fault": "status", "p": 0.02, "status": 429, "text": "{}", "reset_seconds": 60},
    {"fault": "json_bomb", "route": "POST *", "p": 0.01}
])";

int uploads() {
    const auto* told = std::getenv("MEDUSA_TEST_UPLOADS");
    return told ? std::atoi(told) : uploads_default;
}

std::string path_of(int number) {
    return fmt::format("anna/characters/luna-{}/images/{:05}.{}", number / 50, number,
                       number % 3 == 2 ? "json" : "png");
}

std::string bytes_of(int number) {
    return fmt::format("the bytes of {}", number);
}

int pages(int assets) {
    constexpr int page_size = 500;
    return (assets + page_size - 1) / page_size;
}

// What the account's history says of the assets below "anna/".
struct history {
    std::map<std::string, int> stored;  // by path
    int overwritten = 0;
    int faults = 0;
    int existing = 0;
};

history history_of(const testing_support::fake_server& fake) {
    history told;
    for (const auto& event : fake.events()) {
        const auto& name = event.at("event").as_string();
        told.overwritten += name == "overwritten";
        told.faults += name == "fault";
        told.existing += name == "existing";
        if (name == "stored")
            ++told.stored[fmt::format("{}{}", event.at("public_id").as_string().c_str(),
                                      event.at("type").as_string() == "image" ? ".png" : "")];
    }
    return told;
}

TEST(cloudinary_faults, store_each_asset_once_and_leave_those_of_others_alone) {
    const testing_support::fake_server fake("fake_cloudinary.py", {"--seed", "7"});
    cloudinary_config settings;
    settings.url = fmt::format(
        "cloudinary://123456789012345:secret@demo?upload_prefix={}&secure_distribution={}/demo",
        fake.url(), fake.url());
    testing_support::virtual_timer time;
    std::mt19937 chance(7);
    const auto assets = make_cloudinary_asset_store(
        {.settings = settings, .time = time, .random = [&] { return double(chance()) / 0x1p32; }});
    const int count = uploads();
    // Every tenth name belongs to somebody else already.
    for (int i = 0; i < count; i += 10) assets->put(path_of(i), "somebody else's");
    fake.control("faults", json::parse(plan));

    int conflicts = 0;
    for (int i = 0; i < count; ++i) {
        try {
            assets->put(path_of(i), bytes_of(i));
            EXPECT_NE(i % 10, 0) << path_of(i) << " was somebody else's";
        } catch (const error& failed) {
            ASSERT_EQ(failed.code(), errc::conflict) << failed.what();
            ++conflicts;
        }
    }
    fake.control("faults", json::array{});

    const auto told = history_of(fake);
    EXPECT_EQ(conflicts, (count + 9) / 10);
    EXPECT_EQ(told.stored.size(), std::size_t(count)) << "an asset is missing, or is nobody's";
    for (const auto& [path, times] : told.stored) EXPECT_EQ(times, 1) << path;
    EXPECT_EQ(told.overwritten, 0);
    EXPECT_GT(told.faults, count / 5) << "the plan did not strike";
    EXPECT_GT(told.existing, count / 10) << "no lost answer was followed up";
    for (int i = 0; i < count; i += 7)
        EXPECT_EQ(assets->get(path_of(i)), i % 10 ? bytes_of(i) : "somebody else's");
    EXPECT_EQ(assets->list("anna").size(), std::size_t(count));
    EXPECT_EQ(fake.count("admin"), pages(count - count / 3) + pages(count / 3))
        << "more than the listing asked";
    RecordProperty("faults", told.faults);
    RecordProperty("followed_up", told.existing);
}

}  // namespace
}  // namespace medusa
