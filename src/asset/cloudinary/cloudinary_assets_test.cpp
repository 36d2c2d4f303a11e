#include "asset/cloudinary/cloudinary_assets.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <map>
#include <thread>

#include "contract/asset_contract.hpp"
#include "core/error.hpp"
#include "net/url.hpp"
#include "support/fake_server.hpp"
#include "support/virtual_timer.hpp"

namespace medusa {
namespace {

namespace json = boost::json;
using testing_support::fake_server;
using namespace std::chrono_literals;

constexpr auto avatar = "anna/characters/luna/avatar/x-1a2b3c4d.png";
constexpr auto canary = "canary&secret=%2F";

cloudinary_config account_at(const fake_server& fake, std::string_view secret = "secret") {
    cloudinary_config settings;
    settings.url = fmt::format(
        "cloudinary://123456789012345:{}@demo?upload_prefix={}&secure_distribution={}/demo",
        url_escape(secret), fake.url(), fake.url());
    return settings;
}

// One account for each folder that the suite asks for; it asks for one at a time.
std::unique_ptr<asset_store> open_for(const std::filesystem::path& folder) {
    static std::filesystem::path current;
    static std::unique_ptr<fake_server> fake;
    if (folder != current) fake = std::make_unique<fake_server>("fake_cloudinary.py");
    current = folder;
    return make_cloudinary_asset_store({.settings = account_at(*fake)});
}

INSTANTIATE_TEST_SUITE_P(cloudinary, asset_contract,
                         testing::Values(assets_under_test{"cloudinary", open_for}));

class cloudinary : public testing::Test {
protected:
    void start(std::vector<std::string> arguments = {}) {
        fake_ = std::make_unique<fake_server>("fake_cloudinary.py", std::move(arguments));
        assets_ = open("secret");
    }

    std::unique_ptr<asset_store> open(std::string_view secret,
                                      std::string_view algorithm = "sha1") {
        auto settings = account_at(*fake_, secret);
        settings.signature_algorithm = algorithm;
        return make_cloudinary_asset_store({.settings = settings, .time = time_});
    }

    void plan(const json::array& rules) { fake_->control("faults", rules); }

    template <class Call>
    error failure_of(const Call& call) {
        try {
            call();
        } catch (const error& failed) {
            return failed;
        }
        ADD_FAILURE() << "nothing failed";
        return error(errc::internal, "nothing failed");
    }

    std::unique_ptr<fake_server> fake_;
    testing_support::virtual_timer time_;
    std::unique_ptr<asset_store> assets_;
};

TEST_F(cloudinary, keeps_the_tree_of_the_contract_in_both_folder_modes) {
    for (const auto* mode : {"dynamic", "fixed"}) {
        start({"--folders", mode});
        const auto stored = assets_->put(avatar, "picture");
        assets_->put("anna/characters/luna/embeddings/embeddings.json", "{}");
        const auto events = fake_->events();
        std::map<std::string, std::string> kept;
        std::int64_t version = 0;
        for (const auto& event : events) {
            if (event.at("event").as_string() != "stored") continue;
            kept[event.at("public_id").as_string().c_str()] = event.at("folder").as_string();
            if (event.at("type").as_string() == "image") version = event.at("version").as_int64();
        }
        EXPECT_EQ(kept,
                  (std::map<std::string, std::string>{
                      {"anna/characters/luna/avatar/x-1a2b3c4d", "anna/characters/luna/avatar"},
                      {"anna/characters/luna/embeddings/embeddings.json",
                       "anna/characters/luna/embeddings"}}));
        EXPECT_EQ(stored.url,
                  fmt::format("{}/demo/image/upload/v{}/{}", fake_->url(), version, avatar));
        EXPECT_TRUE(stored.local_path.empty());
    }
}

TEST_F(cloudinary, ten_uploads_ask_the_admin_api_nothing) {
    start();
    for (int i = 0; i < 10; ++i) assets_->put(fmt::format("a/{}.png", i), "picture");
    for (int i = 0; i < 10; ++i) assets_->get(fmt::format("a/{}.png", i));
    EXPECT_EQ(fake_->count("stored"), 10);
    EXPECT_EQ(fake_->count("admin"), 0);
}

TEST_F(cloudinary, an_answer_that_got_lost_makes_no_second_asset) {
    start();
    plan({{{"fault", "reset_after"}, {"route", "POST *upload"}, {"times", 3}}});
    assets_->put(avatar, "picture");
    EXPECT_EQ(fake_->count("fault"), 3);
    EXPECT_EQ(fake_->count("stored"), 1);
    EXPECT_EQ(fake_->count("existing"), 3);
    EXPECT_EQ(fake_->count("overwritten"), 0);
    EXPECT_EQ(assets_->get(avatar), "picture");
}

TEST_F(cloudinary, each_try_is_signed_anew) {
    start();
    plan({{{"fault", "reset_after"}, {"times", 1}}});
    class stepping_clock final : public clock {
    public:
        time_point now() const override {
            seconds_ += 1;
            return system_clock().now() + std::chrono::seconds(seconds_);
        }

    private:
        mutable int seconds_ = 0;
    } const wall;
    make_cloudinary_asset_store({.settings = account_at(*fake_), .wall = wall, .time = time_})
        ->put(avatar, "picture");
    std::vector<std::int64_t> stamps;
    for (const auto& event : fake_->events())
        if (event.at("event").as_string() == "upload")
            stamps.push_back(event.at("timestamp").as_int64());
    ASSERT_EQ(stamps.size(), 2u);
    EXPECT_LT(stamps[0], stamps[1]);
}

TEST_F(cloudinary, gateways_limits_and_broken_answers_are_waited_out) {
    const json::object faults[] = {
        {{"fault", "status"}, {"status", 502}, {"text", "<html>Bad gateway"}},
        {{"fault", "status"}, {"status", 504}, {"text", "no json"}},
        {{"fault", "status"}, {"status", 423}, {"text", "{}"}},
        {{"fault", "status"}, {"status", 429}, {"text", "{}"}, {"reset_seconds", 30}},
        {{"fault", "status"}, {"status", 420}, {"text", "{}"}, {"reset_seconds", 30}},
        {{"fault", "status"}, {"status", 200}, {"text", "{\"public_id\": \"x\"}"}},
        {{"fault", "html"}},
        {{"fault", "truncate"}, {"at", 0.5}},
        {{"fault", "claim"}, {"bytes", 100'000'000'000}},
        {{"fault", "json_bomb"}},
        {{"fault", "reset_before"}},
    };
    start();
    int number = 0;
    for (const auto& fault : faults) {
        auto once = fault;
        once["times"] = 2;
        plan({once});
        const auto path = fmt::format("a/{}.png", number++);
        assets_ = open("secret");
        if (fault.at("fault") == "claim") {
            EXPECT_EQ(failure_of([&] { assets_->put(path, path); }).code(), errc::unavailable);
            continue;
        }
        EXPECT_NO_THROW(assets_->put(path, path)) << json::serialize(fault);
        EXPECT_EQ(assets_->get(path), path) << json::serialize(fault);
    }
    EXPECT_EQ(fake_->count("overwritten"), 0);
}

TEST_F(cloudinary, no_call_leaves_before_the_time_that_was_told) {
    start();
    assets_ = make_cloudinary_asset_store({.settings = account_at(*fake_)});
    plan({{{"fault", "status"},
           {"status", 420},
           {"text", "{}"},
           {"reset_seconds", 1},
           {"times", 1}}});
    assets_->put(avatar, "picture");
    double limited = 0;
    double next = 0;
    for (const auto& event : fake_->events()) {
        if (event.at("event").as_string() == "fault") limited = event.at("t").to_number<double>();
        if (event.at("event").as_string() == "upload") next = event.at("t").to_number<double>();
    }
    EXPECT_GE(next - limited, 0.9);
}

TEST_F(cloudinary, the_admin_api_is_left_alone_once_its_calls_are_spent) {
    start({"--admin-limit", "3"});
    assets_->list("a");  // a call for pictures and one for documents
    assets_ = make_cloudinary_asset_store(
        {.settings = account_at(*fake_), .patience = 1s, .time = time_});
    for (int i = 0; i < 3; ++i) {
        const auto failed = failure_of([&] { assets_->list("a"); });
        EXPECT_EQ(failed.code(), errc::quota) << failed.what();
        EXPECT_TRUE(failed.detail().starts_with("Cloudinary listing failed: ")) << failed.what();
    }
    EXPECT_EQ(fake_->count("admin"), 3);
    EXPECT_NO_THROW(assets_->put(avatar, "picture")) << "uploads have no such limit";
}

TEST_F(cloudinary, a_listing_has_many_pages_and_only_our_assets) {
    start();
    for (int i = 0; i < 501; ++i) assets_->put(fmt::format("a/{:03}.json", i), "{}");
    assets_->put("a/x.png", "picture");
    assets_->put("ab/x.png", "picture");
    const auto found = assets_->list("a");
    EXPECT_EQ(found.size(), 502u);
    EXPECT_TRUE(std::is_sorted(found.begin(), found.end()));
    EXPECT_EQ(found.back(), "a/x.png");
}

TEST_F(cloudinary, a_picture_above_the_account_s_limit_is_refused_before_it_is_sent) {
    start({"--image-max", "12000000"});
    const std::string fits(11'000'000, 'x');
    const std::string large(12'000'001, 'x');
    EXPECT_NO_THROW(assets_->put("a/fits.png", fits));
    const auto failed = failure_of([&] { assets_->put(avatar, large); });
    EXPECT_EQ(failed.code(), errc::invalid_argument);
    EXPECT_NE(failed.detail().find("at most 12000000"), std::string::npos) << failed.what();
    EXPECT_EQ(fake_->count("upload"), 1);
    EXPECT_EQ(fake_->count("admin"), 1) << "the limits are asked for once";
    EXPECT_FALSE(assets_->get(avatar));
}

TEST_F(cloudinary, wrong_credentials_and_clocks_are_told_with_their_remedy) {
    struct row {
        std::vector<std::string> server;
        std::string secret;
        errc code;
        std::string detail;
        std::string advice;
    };
    const row rows[] = {
        {{}, canary, errc::unauthorized, "Invalid Signature", "CLOUDINARY_API_SECRET"},
        {{"--key", "9"}, canary, errc::unauthorized, "Unknown API key", "dashboard"},
        {{"--cloud", "other"}, canary, errc::unauthorized, "Invalid cloud_name", "dashboard"},
        {{"--sha256-only", "--secret", canary},
         canary,
         errc::unauthorized,
         "Invalid Signature",
         "SIGNATURE_ALGORITHM=sha256"},
        {{"--clock-offset", "4000", "--secret", canary},
         canary,
         errc::invalid_argument,
         "Stale request",
         "clock of this machine"},
        {{"--clock-offset", "-4000", "--secret", canary},
         canary,
         errc::invalid_argument,
         "Stale request",
         "clock of this machine"},
    };
    for (const auto& row : rows) {
        start(row.server);
        const auto failed = failure_of([&] { open(row.secret)->put(avatar, "picture"); });
        EXPECT_EQ(failed.code(), row.code) << failed.what();
        EXPECT_TRUE(failed.detail().starts_with("Cloudinary upload failed: ")) << failed.what();
        EXPECT_NE(failed.detail().find(row.detail), std::string::npos) << failed.what();
        EXPECT_NE(failed.advice().find(row.advice), std::string::npos) << failed.what();
        for (const auto* secret : {"canary", "123456789012345"})
            EXPECT_EQ(std::string(failed.what()).find(secret), std::string::npos) << failed.what();
        EXPECT_EQ(fake_->count("stored"), 0);
    }
    start({"--sha256-only"});
    EXPECT_NO_THROW(open("secret", "sha256")->put(avatar, "picture"));
}

TEST_F(cloudinary, an_incoming_transformation_is_told_and_leaves_nothing_behind) {
    start({"--incoming"});
    for (int i = 0; i < 2; ++i) {
        const auto failed = failure_of([&] { assets_->put(avatar, "picture"); });
        EXPECT_EQ(failed.code(), errc::corrupted) << failed.what();
        EXPECT_NE(failed.advice().find("incoming transformation"), std::string::npos);
    }
    EXPECT_EQ(failure_of([&] { assets_->check(); }).code(), errc::corrupted);
    EXPECT_TRUE(assets_->list("").empty());
}

TEST_F(cloudinary, an_outage_ends_with_its_cause_after_twenty_tries_or_ten_minutes) {
    start();
    plan({{{"fault", "status"}, {"status", 503}, {"text", R"({"error":{"message":"full"}})"}}});
    const auto before = time_.elapsed();
    const auto failed = failure_of([&] { assets_->put(avatar, "picture"); });
    EXPECT_EQ(failed.code(), errc::unavailable) << failed.what();
    EXPECT_EQ(failed.detail().find("Cloudinary upload failed: "), 0u) << failed.what();
    EXPECT_LE(time_.elapsed() - before, cloudinary_patience + backoff_cap + breaker_open_cap);
    EXPECT_LE(fake_->count("fault"), cloudinary_attempts_max);
    plan({});
    time_.advance(10min);
    EXPECT_NO_THROW(assets_->put(avatar, "picture"));
}

TEST_F(cloudinary, a_full_disk_over_there_is_told) {
    start({"--disk", "10"});
    const auto failed = failure_of([&] { assets_->put(avatar, "a picture of some size"); });
    EXPECT_NE(failed.detail().find("No space left"), std::string::npos) << failed.what();
    EXPECT_FALSE(assets_->get(avatar));
}

TEST_F(cloudinary, a_stop_ends_the_wait) {
    start();
    plan({{{"fault", "delay"}, {"seconds", 20}}});
    std::stop_source stop;
    const auto assets = make_cloudinary_asset_store(
        {.settings = account_at(*fake_), .stop = stop.get_token(), .time = time_});
    std::jthread stopper([&] {
        std::this_thread::sleep_for(200ms);
        stop.request_stop();
    });
    EXPECT_EQ(failure_of([&] { assets->put(avatar, "picture"); }).code(), errc::cancelled);
}

}  // namespace
}  // namespace medusa
