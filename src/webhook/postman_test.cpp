// The postman over a real store and its real sender; only time and the network are the test's.
#include "webhook/postman.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <set>

#include "core/ids.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "support/child.hpp"
#include "support/fast_timer.hpp"
#include "support/watched_outbox.hpp"
#include "webhook/desk.hpp"

namespace medusa {
namespace {

using namespace std::chrono_literals;

const owner_info anna{"local", "anna"};

class set_clock final : public clock {
public:
    time_point now() const override { return time_point(std::chrono::milliseconds(now_ms_)); }
    void pass(std::chrono::milliseconds time) { now_ms_ += time.count(); }

private:
    std::atomic<std::int64_t> now_ms_ =
        from_rfc3339("2026-11-23T01:35:09.045Z").time_since_epoch().count();
};

// A receiver that answers what the test says.
class receiver final : public http_client {
public:
    using habit = std::function<http_reply(const http_request&, std::size_t so_far)>;
    explicit receiver(habit answers) : answers_(std::move(answers)) {}

    http_reply send(const http_request& request, std::stop_token) override {
        const std::scoped_lock lock(mutex_);
        got_.push_back(request);
        return answers_(request, got_.size());
    }
    std::vector<http_request> got() {
        const std::scoped_lock lock(mutex_);
        return got_;
    }

private:
    std::mutex mutex_;
    const habit answers_;
    std::vector<http_request> got_;
};

std::string header(const http_request& of, std::string_view name) {
    return std::string(find_header(of.headers, name));
}

receiver::habit always(int status) {
    return [status](const http_request&, std::size_t) { return http_reply{status, {}, {}}; };
}

class postman_test : public testing::Test {
protected:
    void set_up(receiver::habit answers) {
        auto client = std::make_unique<receiver>(std::move(answers));
        receiver_ = client.get();
        sender_ = std::make_unique<webhook_sender>(std::move(client), clock_);
        desk_ = std::make_unique<webhook_desk>(webhook_desk_parts{
            *store_.webhooks, *store_.outbox, *sender_, {}, clock_, random_ids()});
        to_ = desk_->create(anna, "https://hooks.example/x", {});
    }

    std::unique_ptr<postman> start() {
        return std::make_unique<postman>(
            postman_parts{*store_.webhooks,
                          outbox_,
                          *store_.intake,
                          *store_.characters,
                          *sender_,
                          clock_,
                          pace_,
                          [] { return 0.5; },
                          {},
                          {},
                          [this](delivery_state state) { ++tried_.at(std::size_t(state)); }});
    }

    void end_jobs(int many) {
        submission asked;
        asked.id = random_ids().uuid();
        asked.owner = anna;
        asked.fingerprint = asked.id;
        asked.total = std::size_t(many);
        asked.created_at = clock_.now();
        std::vector<job> jobs;
        for (int i = 0; i < many; ++i) {
            job one;
            one.id = derived_uuid(asked.id, i);
            one.submission_id = asked.id;
            one.owner = anna;
            one.request = character_request{};
            one.created_at = one.updated_at = asked.created_at;
            jobs.push_back(one);
        }
        store_.intake->submit(asked, jobs, asked.created_at);
        for (auto& one : jobs) {
            one.status.state = job_state::failed;
            one.updated_at = clock_.now();
            one.revision = 1;
            store_.leases->swap(one, 0, job_durability::soon);
        }
    }

    std::vector<webhook_delivery> deliveries() {
        return store_.outbox->list(to_.id, std::nullopt, 10'000);
    }
    std::size_t in_state(delivery_state state) {
        return store_.outbox->list(to_.id, state, 10'000).size();
    }
    // Once the oldest delivery has been tried so often: the clock jumps to its next try. Returns
    // how far.
    std::chrono::milliseconds pass_after(int attempts) {
        webhook_delivery one;
        wait_until([&] {
            const auto all = deliveries();
            if (!all.empty()) one = all.back();
            return one.attempts == attempts;
        });
        const auto pause = one.due_at - clock_.now();
        clock_.pass(pause);
        return pause;
    }
    std::ptrdiff_t calls(std::string_view name) {
        const auto all = outbox_.calls();
        return std::count(all.begin(), all.end(), name);
    }
    void wait_until(const std::function<bool()>& is_so) {
        const auto end = std::chrono::steady_clock::now() + 60s;
        while (!is_so()) {
            ASSERT_LT(std::chrono::steady_clock::now(), end);
            std::this_thread::sleep_for(2ms);
        }
    }

    testing_support::scratch_folder folder_;
    stores store_ = make_sqlite_store({.file = folder_.path() / "medusa.db"});
    testing_support::watched_outbox outbox_{*store_.outbox};
    testing_support::fast_timer pace_{100};
    set_clock clock_;
    receiver* receiver_ = nullptr;
    std::unique_ptr<webhook_sender> sender_;
    std::unique_ptr<webhook_desk> desk_;
    std::array<std::atomic<int>, 3> tried_{};  // by delivery_state
    webhook_endpoint to_;
};

TEST_F(postman_test, every_end_is_told_once_and_signed) {
    set_up(always(204));
    end_jobs(150);
    const auto running = start();
    wait_until([&] { return in_state(delivery_state::delivered) == 150; });
    const auto got = receiver_->got();
    EXPECT_EQ(got.size(), 150u);
    std::set<std::string> ids;
    for (const auto& one : got) {
        ids.insert(header(one, "webhook-id"));
        EXPECT_EQ(one.url, to_.url);
        EXPECT_TRUE(header(one, "webhook-signature").starts_with("v1,"));
    }
    EXPECT_EQ(ids.size(), 150u);
    EXPECT_TRUE(store_.outbox->untold(10).empty());
}

TEST_F(postman_test, a_backlog_does_not_wait_for_the_next_look) {
    set_up(always(200));
    end_jobs(300);
    const auto before = pace_.elapsed();
    const auto running = start();
    wait_until([&] { return in_state(delivery_state::delivered) == 300; });
    EXPECT_LT(pace_.elapsed() - before, 300 * postman::look_pause / postman::senders_per_endpoint);
}

TEST_F(postman_test, what_is_due_is_looked_for_before_ends_are_sorted_out) {
    set_up(always(200));
    end_jobs(1);
    auto running = start();
    wait_until([&] { return in_state(delivery_state::delivered) == 1; });
    running.reset();
    const auto all = outbox_.calls();
    EXPECT_LT(std::find(all.begin(), all.end(), "due"),
              std::find(all.begin(), all.end(), "untold"));
}

TEST_F(postman_test, several_postmen_share_the_work) {
    set_up(always(200));
    end_jobs(200);
    const auto one = start(), another = start(), third = start();
    wait_until([&] { return in_state(delivery_state::delivered) == 200; });
    EXPECT_EQ(receiver_->got().size(), 200u);
}

TEST_F(postman_test, a_failure_is_tried_again_under_the_same_id) {
    set_up([](const http_request&, std::size_t so_far) {
        return http_reply{so_far < 3 ? 500 : 200, {}, {}};
    });
    end_jobs(1);
    const auto running = start();
    EXPECT_EQ(pass_after(1), 5'500ms);
    EXPECT_EQ(pass_after(2), 330s);
    wait_until([&] { return in_state(delivery_state::delivered) == 1; });
    const auto got = receiver_->got();
    ASSERT_EQ(got.size(), 3u);
    for (const auto& one : got) {
        EXPECT_EQ(header(one, "webhook-id"), header(got[0], "webhook-id"));
        EXPECT_EQ(one.body, got[0].body);
        EXPECT_TRUE(&one == &got[0] ||
                    header(one, "webhook-signature") != header(got[0], "webhook-signature"))
            << "signed anew, with the time of the try";
    }
}

TEST_F(postman_test, who_is_gone_gets_nothing_more_until_its_owner_wants_it) {
    std::atomic<int> status = 410;
    set_up([&](const http_request&, std::size_t) { return http_reply{status, {}, {}}; });
    end_jobs(20);
    auto running = start();
    wait_until([&] { return in_state(delivery_state::dead) == 20; });
    const auto tried = receiver_->got().size();
    EXPECT_LE(tried, std::size_t(postman::senders_per_endpoint) * 2);
    EXPECT_NE(store_.webhooks->find(to_.id)->disabled_reason.find("410"), std::string::npos);
    end_jobs(1);
    wait_until([&] { return store_.outbox->untold(1).empty(); });
    EXPECT_EQ(deliveries().size(), 20u) << "nothing is kept for one that is off";

    status = 200;
    EXPECT_EQ(desk_->redeliver(anna, to_.id), 20u);
    wait_until([&] { return in_state(delivery_state::delivered) == 20; });
    EXPECT_EQ(receiver_->got().size(), tried + 20);
    EXPECT_TRUE(store_.webhooks->find(to_.id)->disabled_reason.empty());
}

TEST_F(postman_test, who_fails_for_three_days_is_switched_off_with_the_reason) {
    set_up(always(500));
    end_jobs(1);
    const auto running = start();
    std::chrono::milliseconds all{0};
    for (int tries = 1; tries < webhook_attempts; ++tries) all += pass_after(tries);
    EXPECT_GT(all, 72h);
    wait_until([&] { return !store_.webhooks->find(to_.id)->disabled_reason.empty(); });
    EXPECT_EQ(in_state(delivery_state::dead), 1u);
    EXPECT_EQ(receiver_->got().size(), std::size_t(webhook_attempts));
    EXPECT_NE(store_.webhooks->find(to_.id)->disabled_reason.find("500"), std::string::npos);
    EXPECT_EQ(tried_.at(std::size_t(delivery_state::waiting)), webhook_attempts - 1);
    EXPECT_EQ(tried_.at(std::size_t(delivery_state::dead)), 1);
}

TEST_F(postman_test, one_event_that_is_refused_switches_nothing_off) {
    std::string refused;
    set_up([&](const http_request& asked, std::size_t) {
        if (refused.empty()) refused = header(asked, "webhook-id");
        return http_reply{refused == header(asked, "webhook-id") ? 500 : 200, {}, {}};
    });
    end_jobs(1);
    auto running = start();
    for (int tries = 1; tries < webhook_attempts; ++tries) {
        pass_after(tries);
        if (tries == 1) end_jobs(3);
    }
    wait_until([&] { return in_state(delivery_state::dead) == 1; });
    wait_until([&] { return in_state(delivery_state::delivered) == 3; });
    running.reset();
    EXPECT_TRUE(store_.webhooks->find(to_.id)->disabled_reason.empty());
}

TEST_F(postman_test, who_asks_for_a_pause_has_it) {
    std::atomic<bool> first = true;
    set_up([&](const http_request&, std::size_t) {
        if (first.exchange(false)) return http_reply{429, {{"retry-after", "60"}}, {}};
        return http_reply{200, {}, {}};
    });
    end_jobs(30);
    const auto before = pace_.elapsed();
    const auto running = start();
    wait_until([&] { return in_state(delivery_state::delivered) == 29; });
    EXPECT_GE(pace_.elapsed() - before, 60s);
    EXPECT_EQ(receiver_->got().size(), 30u);
    clock_.pass(60s);
    wait_until([&] { return in_state(delivery_state::delivered) == 30; });
}

TEST_F(postman_test, the_longest_pause_that_was_asked_for_holds) {
    set_up([&](const http_request&, std::size_t so_far) {
        if (so_far > 2) return http_reply{200, {}, {}};
        // Both are under way, and the second answer comes when the first has been written down.
        wait_until([&] { return calls("swap") > std::ptrdiff_t(so_far); });
        return http_reply{429, {{"retry-after", so_far == 1 ? "120" : "1"}}, {}};
    });
    end_jobs(4);
    const auto before = pace_.elapsed();
    const auto running = start();
    wait_until([&] { return in_state(delivery_state::delivered) == 2; });
    EXPECT_GE(pace_.elapsed() - before, 120s);
}

TEST_F(postman_test, a_try_that_outlived_its_claim_changes_nothing) {
    set_up([&](const http_request&, std::size_t) {
        auto theirs = deliveries().at(0);
        ++theirs.revision;
        theirs.due_at += 1h;
        EXPECT_TRUE(store_.outbox->swap(theirs, theirs.revision - 1));
        return http_reply{410, {}, {}};
    });
    end_jobs(1);
    auto running = start();
    wait_until([&] { return calls("swap") == 2; });
    running.reset();
    EXPECT_EQ(in_state(delivery_state::waiting), 1u);
    EXPECT_EQ(store_.webhooks->find(to_.id)->disabled_reason, "");
}

TEST_F(postman_test, what_is_old_is_forgotten_also_where_there_is_always_something_to_send) {
    set_up(always(200));
    end_jobs(1);
    auto running = start();
    wait_until([&] { return in_state(delivery_state::delivered) == 1; });
    running.reset();
    clock_.pass(postman::kept + 1h);
    end_jobs(20);
    running = start();
    wait_until([&] { return calls("forget") == 2; });
    const auto all = outbox_.calls();
    EXPECT_LT(std::find(all.begin(), all.end(), "forget"),
              std::find(all.begin(), all.end(), "due"));
    wait_until([&] { return deliveries().size() == 20; });
}

TEST_F(postman_test, what_a_dead_process_had_is_sent_when_its_claim_has_passed) {
    set_up(always(200));
    end_jobs(1);
    auto running = start();
    wait_until([&] { return in_state(delivery_state::delivered) == 1; });
    running.reset();
    auto held = deliveries().at(0);
    held.state = delivery_state::waiting;
    held.due_at = clock_.now() + postman::claim_time;
    ++held.revision;
    store_.outbox->swap(held, held.revision - 1);
    running = start();
    std::this_thread::sleep_for(50ms);
    EXPECT_EQ(receiver_->got().size(), 1u);
    clock_.pass(postman::claim_time);
    wait_until([&] { return in_state(delivery_state::delivered) == 1; });
    EXPECT_EQ(receiver_->got().size(), 2u);
}

TEST_F(postman_test, somebody_else_s_webhook_is_not_there) {
    set_up(always(200));
    const owner_info ben{"other", "ben"};
    for (const auto& id : {to_.id, std::string("none")})
        for (const auto& wish : std::vector<std::function<void()>>{
                 [&] { desk_->remove(ben, id); }, [&] { desk_->redeliver(ben, id); },
                 [&] { desk_->deliveries(ben, id, 1); }, [&] { desk_->test(ben, id, {}); }}) {
            try {
                wish();
                ADD_FAILURE();
            } catch (const error& missing) {
                EXPECT_EQ(missing.code(), errc::not_found);
            }
        }
    EXPECT_TRUE(desk_->list(ben).empty());
    EXPECT_EQ(desk_->test(anna, to_.id, {}).status, 200);
    EXPECT_TRUE(receiver_->got()[0].body.find("webhook.test") != std::string::npos);
}

}  // namespace
}  // namespace medusa
