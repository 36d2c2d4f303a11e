// The network cut at each place of an upload: in the request line, the headers, at the begin, the
// middle and the last byte of the body, before the answer, and at the same places of the answer.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <algorithm>
#include <mutex>

#include "asset/cloudinary/cloudinary_assets.hpp"
#include "core/error.hpp"
#include "support/fake_server.hpp"
#include "support/raw_server.hpp"
#include "support/virtual_timer.hpp"

namespace medusa {
namespace {

using testing_support::fake_server;
using testing_support::raw_connection;
using testing_support::raw_request;
using testing_support::raw_server;

struct cut {
    enum class side { request, answer } where = side::request;
    std::size_t after = 0;  // so many bytes have passed
    bool reset = false;     // with a TCP reset; otherwise as a clean end
};

// Stands before the account and passes everything on, until it is told to cut.
class scissors {
public:
    explicit scissors(int account_port) : account_port_(account_port) {}

    std::string url() const { return server_.url(""); }
    void cut_next(const cut& how, int times = 1) {
        const std::lock_guard lock(mutex_);
        next_ = how;
        left_ = times;
    }
    int cuts() const { return cuts_; }

    // Of the last exchange that passed in full, known before its answer is; an answer has the same
    // parts.
    raw_request request() const {
        const std::lock_guard lock(mutex_);
        return request_;
    }
    raw_request answer() const {
        const std::lock_guard lock(mutex_);
        return answer_;
    }

private:
    std::optional<cut> taken() {
        const std::lock_guard lock(mutex_);
        if (left_ == 0) return std::nullopt;
        --left_;
        ++cuts_;
        return next_;
    }

    int called() const {
        const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in place{};
        place.sin_family = AF_INET;
        place.sin_port = htons(std::uint16_t(account_port_));
        place.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        EXPECT_EQ(::connect(socket, reinterpret_cast<sockaddr*>(&place), sizeof place), 0);
        return socket;
    }

    static void pass_some(raw_connection& from, raw_connection& to, std::size_t bytes) {
        while (bytes > 0) {
            const auto piece = from.read_some(bytes);
            if (piece.empty() || !to.write(piece)) return;
            bytes -= piece.size();
        }
    }

    void keep(raw_request asked, raw_request told) {
        const std::lock_guard lock(mutex_);
        request_ = std::move(asked);
        answer_ = std::move(told);
    }

    void serve(raw_connection& client) {
        raw_connection account(called(), nullptr);
        for (;;) {
            // Only when a request comes is it known whether it is the one to cut.
            const auto first = client.read_some(1);
            if (first.empty()) return;
            const auto how = taken();
            account.write(first);
            if (how && how->where == cut::side::request) {
                pass_some(client, account, how->after - first.size());
                if (how->reset) client.reset();
                return;
            }
            auto asked = client.read_request();
            account.write(asked.head + asked.body);
            auto told = account.read_request();
            const auto whole = told.head + told.body;
            if (how) {
                // Answers are not all of one length: the last byte is missing at least.
                client.write(whole.substr(0, std::min(how->after, whole.size() - 1)));
                if (how->reset) client.reset();
                return;
            }
            asked.head = first + asked.head;
            keep(std::move(asked), std::move(told));
            if (!client.write(whole)) return;
        }
    }

    const int account_port_;
    mutable std::mutex mutex_;
    cut next_;  // guarded by mutex_, as below
    int left_ = 0;
    raw_request request_;
    raw_request answer_;
    std::atomic<int> cuts_ = 0;
    raw_server server_{[this](raw_connection& client) { serve(client); }};
};

class cloudinary_cuts : public testing::Test {
protected:
    cloudinary_cuts() {
        cloudinary_config settings;
        settings.url = fmt::format(
            "cloudinary://123456789012345:secret@demo?upload_prefix={0}&secure_distribution={0}"
            "/demo",
            line_.url());
        assets_ = make_cloudinary_asset_store({.settings = settings, .time = time_});
    }

    // Begins, middle and end of every part of a message of these sizes.
    static std::vector<std::size_t> places(const raw_request& message) {
        const auto head = message.head.size();
        const auto body = message.body.size();
        return {3, head / 2, head - 1, head, head + 1, head + body / 2, head + body - 1};
    }

    fake_server fake_{"fake_cloudinary.py"};
    scissors line_{fake_.port()};
    testing_support::virtual_timer time_;
    std::unique_ptr<asset_store> assets_;
};

TEST_F(cloudinary_cuts, lose_nothing_and_double_nothing) {
    const std::string picture(300'000, 'p');
    assets_->put("anna/characters/luna/images/00.png", picture);
    std::vector<cut> cuts;
    for (const bool reset : {false, true}) {
        for (const auto place : places(line_.request()))
            cuts.push_back({cut::side::request, place, reset});
        cuts.push_back({cut::side::answer, 0, reset});
        for (const auto place : places(line_.answer()))
            cuts.push_back({cut::side::answer, place, reset});
    }
    int number = 0;
    for (const auto& one : cuts) {
        const auto path = fmt::format("anna/characters/luna/images/{:02}.png", ++number);
        const auto bytes = picture + fmt::format("{:02}", number);
        const auto before = line_.cuts();
        line_.cut_next(one);
        EXPECT_NO_THROW(assets_->put(path, bytes)) << one.after;
        EXPECT_EQ(line_.cuts(), before + 1) << "nothing was cut";
        EXPECT_EQ(fake_.count("stored"), number + 1) << int(one.where) << " " << one.after;
        EXPECT_EQ(assets_->get(path), bytes) << int(one.where) << " " << one.after;
    }
    EXPECT_EQ(fake_.count("overwritten"), 0);
    EXPECT_EQ(fake_.count("existing"), 16) << "an answer that was cut means that it is stored";
    EXPECT_EQ(assets_->list("anna").size(), std::size_t(number + 1));
}

TEST_F(cloudinary_cuts, that_never_end_are_told_with_their_cause) {
    for (const auto side : {cut::side::request, cut::side::answer}) {
        line_.cut_next({side, 40, true}, 1'000);
        try {
            assets_->put("anna/x.png", "picture");
            ADD_FAILURE() << "stored over a line that is cut";
        } catch (const error& failed) {
            EXPECT_EQ(failed.code(), errc::unavailable);
            EXPECT_TRUE(failed.detail().starts_with("Cloudinary upload failed: ")) << failed.what();
            EXPECT_FALSE(failed.advice().empty()) << failed.what();
        }
        time_.advance(breaker_open_cap);
    }
    line_.cut_next({}, 0);
    assets_->put("anna/x.png", "picture");
    EXPECT_EQ(fake_.count("stored"), 1);
}

}  // namespace
}  // namespace medusa
