#include <gtest/gtest.h>

#include "engine/pool/course.hpp"
#include "engine/pool/model_choice.hpp"
#include "engine/pool/roster.hpp"
#include "support/pool_samples.hpp"
#include "support/virtual_timer.hpp"

namespace medusa {
namespace {

using namespace std::chrono_literals;
using testing_support::failure_of;
using testing_support::offering;
using act = ruling::act;

TEST(roster, sends_styles_where_the_variables_say) {
    const auto both = roster_of({.every_style = {"http://h:1"}});
    ASSERT_EQ(both.size(), 1u);
    EXPECT_EQ(both[0].serves(), "every style");

    const auto split = roster_of({.every_style = {"http://all:1"},
                                  .realistic = {"http://real:1", "http://two:1"},
                                  .other_styles = {"http://two:1"}});
    ASSERT_EQ(split.size(), 2u) << "nothing is left for the one of every style";
    EXPECT_EQ(split[0].serves(), "realistic");
    EXPECT_EQ(split[1].serves(), "every style");

    const auto rest = roster_of({.every_style = {"http://all:1"}, .realistic = {"http://real:1"}});
    ASSERT_EQ(rest.size(), 2u);
    EXPECT_FALSE(rest[1].draws("realistic"));
    EXPECT_TRUE(rest[1].draws("pixel-art"));
    EXPECT_EQ(rest[1].serves(), "every style but realistic");
}

TEST(roster, keeps_secrets_out_of_label_and_log) {
    const auto found =
        roster_of({.every_style = {"https://u:p4ss@abcdef-8188.proxy.runpod.net/#exclusive",
                                   "http://127.0.0.1:8188/"},
                   .token = "t0ken"});
    ASSERT_EQ(found.size(), 2u);
    EXPECT_TRUE(found[0].address.exclusive);
    EXPECT_FALSE(found[1].address.exclusive);
    for (const auto& text : {found[0].address.label, found[0].key})
        EXPECT_EQ(text.find("p4ss"), std::string::npos) << text;
    EXPECT_EQ(found[0].address.label.find("abcdef"), std::string::npos);
    EXPECT_EQ(found[0].address.url, "https://u:p4ss@abcdef-8188.proxy.runpod.net");
    EXPECT_EQ(found[0].address.bearer, "") << "the address has a sign-in of its own";
    EXPECT_EQ(found[1].address.bearer, "t0ken");
    EXPECT_EQ(found[1].key, "http://127.0.0.1:8188");
}

TEST(model_choice, knows_a_model_by_any_of_its_names) {
    const auto offers = offering({"SD15\\Diving.safetensors", "sdxl/juggernaut_x.ckpt [ab12cd34]"});
    for (const auto* name :
         {"SD15\\Diving.safetensors", "diving", "Diving.safetensors", "sub/diving.ckpt"})
        EXPECT_EQ(choose_model(offers, name, "anime")->name, "SD15\\Diving.safetensors") << name;
    EXPECT_EQ(choose_model(offers, "juggernaut_x", "anime")->name, offers.checkpoints[1]);
    EXPECT_FALSE(choose_model(offers, "div", "anime"));
    EXPECT_FALSE(choose_model(offers, "other/model", "anime"));
}

TEST(model_choice, takes_the_default_of_the_style_or_says_what_it_took) {
    const auto offers = offering({"first.safetensors", "diving.safetensors"});
    EXPECT_EQ(choose_model(offers, "", "anime")->name, "diving.safetensors");
    EXPECT_EQ(choose_model(offers, "", "anime")->note, "");
    const auto other = choose_model(offers, "", "realistic");
    EXPECT_EQ(other->name, "first.safetensors");
    EXPECT_NE(other->note.find("cyberrealistic.safetensors"), std::string::npos);
    EXPECT_NE(other->note.find("first.safetensors"), std::string::npos);
    auto flux = offering({});
    flux.diffusion_models = {"flux1-dev.safetensors"};
    EXPECT_EQ(choose_model(flux, "", "anime")->name, "flux1-dev.safetensors");
    EXPECT_EQ(choose_model(offering({}), "", "anime")->name, "");
}

TEST(model_choice, names_the_nearest) {
    const auto one = offering({"cyberrealistic.safetensors"});
    const auto two = offering({"sub/diving.safetensors", "cyberrealistic.safetensors"});
    const server_capabilities* both[] = {&one, &two};
    const auto close = no_such_model("divng.safetensors", both);
    EXPECT_EQ(close.code(), errc::invalid_argument);
    EXPECT_EQ(close.advice(), "Did you mean sub/diving.safetensors?");
    EXPECT_EQ(no_such_model("xyz", both).advice(),
              "There are cyberrealistic.safetensors, sub/diving.safetensors");
}

class course_of_a_picture : public testing::Test {
protected:
    testing_support::virtual_timer timer_;
    retry_budget budget_{timer_};
    picture_course course_{{}, budget_, [] { return 0.5; }};
};

TEST_F(course_of_a_picture, follows_the_class_of_each_failure) {
    struct row {
        failure_class kind;
        bool accepted;
        act next;
        attempt_state ends_as;
    };
    const row rows[] = {
        {failure_class::transient, false, act::try_anew, attempt_state::failed},
        {failure_class::transient, true, act::ask_again, attempt_state::failed},
        {failure_class::throttled, false, act::try_anew, attempt_state::failed},
        {failure_class::warming, false, act::try_anew, attempt_state::failed},
        {failure_class::warming, true, act::ask_again, attempt_state::failed},
        {failure_class::ambiguous, false, act::ask_again, attempt_state::failed},
        {failure_class::ambiguous, true, act::ask_again, attempt_state::failed},
        {failure_class::permanent, false, act::give_up, attempt_state::failed},
        {failure_class::permanent, true, act::give_up, attempt_state::failed},
        {failure_class::lost, true, act::try_anew, attempt_state::lost},
    };
    for (const auto& [kind, accepted, next, ends_as] : rows) {
        picture_course course({}, budget_, [] { return 0.5; });
        const auto what = course.failed(failure_of(kind), accepted);
        EXPECT_EQ(what.next, next) << int(kind) << accepted;
        EXPECT_EQ(what.ends_as, ends_as) << int(kind) << accepted;
    }
    EXPECT_EQ(course_.failed(error(errc::cancelled, "stop"), true).ends_as,
              attempt_state::cancelled);
    EXPECT_EQ(course_.failed(error(errc::storage, "disk full"), true).next, act::give_up);
}

TEST_F(course_of_a_picture, is_at_most_five_attempts_long) {
    for (int i = 1; i < attempts_a_picture; ++i)
        EXPECT_EQ(course_.failed(failure_of(failure_class::lost), true).next, act::try_anew);
    EXPECT_EQ(course_.failed(failure_of(failure_class::lost), true).next, act::give_up);
    const auto words = course_.last_words(failure_of(failure_class::lost)).detail();
    EXPECT_NE(words.find("after 5 attempts"), std::string::npos) << words;
}

TEST_F(course_of_a_picture, waits_for_a_cold_pod_without_counting) {
    for (int i = 0; i < 100; ++i)
        EXPECT_EQ(course_.failed(failure_of(failure_class::warming), false).next, act::try_anew);
    EXPECT_EQ(course_.failed(failure_of(failure_class::lost), true).next, act::try_anew);
}

TEST_F(course_of_a_picture, asks_for_a_picture_that_cannot_be_brought_only_so_often) {
    for (int i = 0; i < lookups_an_attempt; ++i)
        EXPECT_EQ(course_.failed(failure_of(failure_class::transient), true).next, act::ask_again);
    const auto next = course_.failed(failure_of(failure_class::transient), true);
    EXPECT_EQ(next.next, act::try_anew);
    EXPECT_TRUE(next.avoid_server);
    EXPECT_EQ(next.pause, 500ms);
}

TEST_F(course_of_a_picture, retries_within_the_budget) {
    std::vector<std::unique_ptr<picture_course>> many;
    int granted = 0;
    for (int i = 0; i < 10; ++i)
        many.push_back(
            std::make_unique<picture_course>(std::vector<attempt>{}, budget_, [] { return 0.5; }));
    for (auto& one : many)
        granted += one->failed(failure_of(failure_class::transient), false).next == act::try_anew;
    EXPECT_EQ(granted, budget_floor);
}

TEST_F(course_of_a_picture, climbs_down_the_identity_ladder) {
    const auto offers = offering({});
    EXPECT_EQ(course_.method(offers, false), "seed");
    EXPECT_EQ(course_.method(offers, true), "faceid");
    EXPECT_EQ(course_.faceless("faceid").next, act::try_anew);
    EXPECT_EQ(course_.method(offers, true), "ipadapter");
    EXPECT_EQ(course_.faceless("ipadapter").next, act::try_anew);
    EXPECT_EQ(course_.method(offers, true), "seed");
    EXPECT_EQ(course_.faceless("seed").next, act::give_up);
}

TEST_F(course_of_a_picture, begins_with_what_may_lie_on_a_server) {
    std::vector<attempt> earlier(5);
    const attempt_state states[] = {attempt_state::lost, attempt_state::sent, attempt_state::failed,
                                    attempt_state::done, attempt_state::cancelled};
    for (int i = 0; i < 5; ++i) {
        earlier[std::size_t(i)].id = std::to_string(i);
        earlier[std::size_t(i)].state = states[i];
    }
    const picture_course course(earlier, budget_, [] { return 0.5; });
    ASSERT_EQ(course.open().size(), 2u);
    EXPECT_EQ(course.open()[0].id, "1");
    EXPECT_EQ(course.open()[1].id, "3");
}

}  // namespace
}  // namespace medusa
