#include "engine/pool/dispatcher.hpp"

#include <gtest/gtest.h>

#include "support/pool_samples.hpp"
#include "support/virtual_timer.hpp"

namespace medusa {
namespace {

using namespace std::chrono_literals;
using testing_support::failure_of;
using testing_support::offering;

class pool_dispatcher : public testing::Test {
protected:
    // The servers that `tickets` were sent to, in that order; -1 for one that waits, -2 without
    // hope.
    std::vector<int> decided(const std::vector<ticket_id>& tickets) {
        for (auto& one : dispatcher_.decide()) {
            places_[one.ticket] = one.place ? int(one.place->server) : -2;
            if (one.hopeless) hopeless_ = *one.hopeless;
        }
        std::vector<int> result;
        for (const auto ticket : tickets)
            result.push_back(places_.contains(ticket) ? places_[ticket] : -1);
        return result;
    }
    ticket_id wanted(const std::string& model = {}, const ticket_terms& terms = {}) {
        return dispatcher_.enqueue({"anime", model}, terms);
    }
    void all_ready() {
        for (std::size_t i = 0; i < dispatcher_.size(); ++i)
            dispatcher_.probed(i, offering({"diving.safetensors", "other.safetensors"}));
    }
    void drawn_in(std::size_t server, milliseconds time) {
        timer_.advance(time);
        dispatcher_.at(server).drew();
        dispatcher_.at(server).leave();
    }

    using ints = std::vector<int>;
    testing_support::virtual_timer timer_;
    std::vector<pool_member> members_ =
        roster_of({.other_styles = {"http://a:1", "http://b:1", "http://c:1"}});
    dispatcher dispatcher_{members_, timer_, [] { return 0.5; }};
    std::map<ticket_id, int> places_;
    error hopeless_{errc::internal, "none"};
};

TEST_F(pool_dispatcher, refuses_a_style_that_no_server_is_set_for) {
    try {
        dispatcher_.enqueue({"realistic"}, {});
        FAIL() << "it was queued";
    } catch (const error& reason) {
        EXPECT_EQ(reason.code(), errc::invalid_argument);
        EXPECT_NE(reason.advice().find("RUNPOD_REALISTIC_URL"), std::string::npos);
    }
}

TEST_F(pool_dispatcher, asks_servers_only_when_a_picture_wants_them) {
    EXPECT_FALSE(dispatcher_.take_probe());
    const auto ticket = wanted();
    EXPECT_EQ(decided({ticket}), ints{-1});
    EXPECT_EQ(dispatcher_.take_probe(), 0u);
    EXPECT_EQ(dispatcher_.take_probe(), 1u);
    EXPECT_EQ(dispatcher_.take_probe(), 2u);
    EXPECT_FALSE(dispatcher_.take_probe());
    dispatcher_.probed(2, offering({"diving.safetensors"}));
    EXPECT_EQ(decided({ticket}), ints{2});
}

TEST_F(pool_dispatcher, gives_each_server_one_picture_to_draw_and_one_to_wait) {
    all_ready();
    std::vector<ticket_id> tickets;
    for (int i = 0; i < 7; ++i) tickets.push_back(wanted());
    auto servers = decided(tickets);
    EXPECT_EQ(servers.back(), -1);
    servers.pop_back();
    std::sort(servers.begin(), servers.end());
    EXPECT_EQ(servers, (ints{0, 0, 1, 1, 2, 2}));
    drawn_in(1, 2s);
    EXPECT_EQ(decided({tickets.back()}), ints{-1}) << "the one that waits there has just begun";
    timer_.advance(1'600ms);
    EXPECT_EQ(decided({tickets.back()}), ints{1});
}

TEST_F(pool_dispatcher, prefers_the_quicker_server) {
    all_ready();
    const auto first = wanted(), second = wanted(), third = wanted();
    decided({first, second, third});
    drawn_in(0, 1s);
    drawn_in(1, 1s);
    drawn_in(2, 1s);
    EXPECT_EQ(decided({wanted()}), ints{0});
}

TEST_F(pool_dispatcher, leaves_a_model_where_it_is_loaded) {
    all_ready();
    const auto first = wanted("other"), second = wanted("diving"), third = wanted("diving");
    const auto servers = decided({first, second, third});
    for (std::size_t i = 0; i < 3; ++i) drawn_in(i, 10s);
    EXPECT_EQ(decided({wanted("other")}), ints{servers[0]});
    const auto next = wanted("other");
    EXPECT_EQ(decided({next}), ints{-1}) << "to wait 10 s is less than to load and draw";
    const auto diving = wanted("diving");
    EXPECT_NE(decided({diving})[0], -1) << "who waits for a model holds nobody up";
    std::vector<ticket_id> many;
    for (int i = 0; i < 3; ++i) many.push_back(wanted("other"));
    EXPECT_NE(decided(many), (ints{-1, -1, -1})) << "for so many it is worth to load it again";
}

TEST_F(pool_dispatcher, sends_a_failed_picture_elsewhere_unless_there_is_no_other) {
    all_ready();
    EXPECT_EQ(decided({wanted({}, {.avoid = 0})}), ints{1});
    dispatcher_.at(1).failed(failure_of(failure_class::transient));
    dispatcher_.at(2).failed(failure_of(failure_class::transient));
    EXPECT_EQ(decided({wanted({}, {.avoid = 0})}), ints{0});
}

TEST_F(pool_dispatcher, asks_a_server_that_failed_before_it_gets_another_picture) {
    all_ready();
    const auto first = wanted();
    ASSERT_EQ(decided({first}), ints{0});
    dispatcher_.at(0).failed(failure_of(failure_class::transient));
    dispatcher_.at(0).leave();
    EXPECT_EQ(dispatcher_.at(0).state(), pod_state::down);
    EXPECT_EQ(dispatcher_.take_probe(), 0u);
    dispatcher_.probed(0, offering({"diving.safetensors"}));
    EXPECT_EQ(dispatcher_.at(0).state(), pod_state::ready);
}

TEST_F(pool_dispatcher, sets_a_server_aside_after_five_failures_and_tries_it_with_one) {
    all_ready();
    for (std::size_t i : {1u, 2u}) dispatcher_.at(i).failed(failure_of(failure_class::transient));
    for (int i = 0; i < breaker_failures; ++i) {
        ASSERT_EQ(decided({wanted()}), ints{0}) << i;
        dispatcher_.at(0).failed(failure_of(failure_class::transient));
        dispatcher_.at(0).leave();
        dispatcher_.probed(0, offering({"diving.safetensors"}));
    }
    const auto first = wanted(), second = wanted();
    EXPECT_EQ(decided({first, second}), (ints{-1, -1}));
    timer_.advance(breaker_open - 1ms);
    EXPECT_EQ(decided({first, second}), (ints{-1, -1}));
    timer_.advance(1ms);
    EXPECT_EQ(decided({first, second}), (ints{0, -1}));
    drawn_in(0, 1s);
    EXPECT_EQ(decided({second}), ints{0});
}

TEST_F(pool_dispatcher, waits_for_a_cold_pod_and_says_so) {
    const auto ticket = wanted();
    for (std::size_t i = 0; i < 3; ++i)
        dispatcher_.probe_failed(i, failure_of(failure_class::warming));
    EXPECT_EQ(decided({ticket}), ints{-1});
    EXPECT_EQ(dispatcher_.outlook(ticket).reached, render_progress::state::warming);
    timer_.advance(pod_wait_max - 1ms);
    EXPECT_EQ(decided({ticket}), ints{-1});
    timer_.advance(1ms);
    EXPECT_EQ(decided({ticket}), ints{-2});
    EXPECT_EQ(hopeless_.code(), errc::timed_out);
}

TEST_F(pool_dispatcher, gives_an_address_up_that_nobody_ever_reached) {
    const auto ticket = wanted();
    for (std::size_t i = 0; i < 3; ++i)
        dispatcher_.probe_failed(i, failure_of(failure_class::transient));
    EXPECT_EQ(decided({ticket}), ints{-1});
    timer_.advance(first_contact_max);
    EXPECT_EQ(decided({ticket}), ints{-2});
    EXPECT_EQ(hopeless_.code(), errc::unavailable);
}

TEST_F(pool_dispatcher, tells_at_once_what_every_server_refuses) {
    const auto ticket = wanted();
    for (std::size_t i = 0; i < 3; ++i)
        dispatcher_.probe_failed(i, failure_of(failure_class::permanent));
    EXPECT_EQ(decided({ticket}), ints{-2});
}

TEST_F(pool_dispatcher, refuses_a_model_only_when_no_server_can_have_it) {
    const auto ticket = wanted("divng");
    for (std::size_t i : {0u, 1u}) dispatcher_.probed(i, offering({"diving.safetensors"}));
    EXPECT_EQ(decided({ticket}), ints{-1}) << "the third may have it";
    dispatcher_.probed(2, offering({"diving.safetensors"}));
    EXPECT_EQ(decided({ticket}), ints{-2});
    EXPECT_EQ(hopeless_.code(), errc::invalid_argument);
    EXPECT_EQ(hopeless_.advice(), "Did you mean diving.safetensors?");
}

TEST_F(pool_dispatcher, sends_workflows_to_servers_that_take_them) {
    all_ready();
    const auto refused = dispatcher_.enqueue({"anime", {}, true}, {});
    EXPECT_EQ(decided({refused}), ints{-2});
    auto offers = offering({});
    offers.takes_workflows = true;
    dispatcher_.probed(1, offers);
    EXPECT_EQ(decided({dispatcher_.enqueue({"anime", {}, true}, {})}), ints{1});
}

TEST_F(pool_dispatcher, waits_to_ask_after_a_prompt_but_not_for_ever) {
    all_ready();
    dispatcher_.at(0).failed(failure_of(failure_class::ambiguous));
    const auto ticket = wanted({}, {.only = 0});
    EXPECT_EQ(decided({ticket}), ints{-1});
    timer_.advance(lookup_wait_max);
    EXPECT_EQ(decided({ticket}), ints{-2}) << "another server could draw it meanwhile";
    const auto again = wanted({}, {.only = 0});
    dispatcher_.probed(0, offering({"diving.safetensors"}));
    EXPECT_EQ(decided({again}), ints{0});
}

TEST_F(pool_dispatcher, leaves_a_server_alone_for_as_long_as_it_asks) {
    all_ready();
    for (std::size_t i : {1u, 2u}) dispatcher_.probe_failed(i, failure_of(failure_class::warming));
    dispatcher_.at(0).failed(failure_of(failure_class::throttled, 7s));
    const auto ticket = wanted();
    timer_.advance(7s - 1ms);
    EXPECT_EQ(decided({ticket}), ints{-1});
    timer_.advance(1ms);
    EXPECT_EQ(decided({ticket}), ints{0});
}

}  // namespace
}  // namespace medusa
