// The state machine of one prompt against invented orders of events; the recordings have a test of
// their own.
#include "engine/comfyui/protocol.hpp"

#include <gtest/gtest.h>

namespace medusa::comfyui {
namespace {

using std::chrono::milliseconds;
using step = prompt_protocol::step;
using ending = prompt_protocol::ending;

constexpr char prompt[] = "11111111-2222-4333-8444-555555555555";

frame told(frame::kind what, int reached = 0, int steps = 0, std::string of = prompt) {
    return {.what = what, .prompt = std::move(of), .node = "3", .step = reached, .steps = steps};
}

history_entry finished() {
    return {.how = history_entry::ending::success,
            .files = {{"a.png", "medusa", "output"}},
            .why = {},
            .prompt = prompt};
}

queue_place place(queue_place::state where, int before = 0) {
    return {.where = where, .prompt = prompt, .before = before, .head = "other"};
}

// A prompt with a clock; each question is answered by the next call of the test.
struct scene {
    explicit scene(bool confirmed = true) : now(0), watched(prompt, confirmed, now) {}

    // Lets time pass until there is something to ask or to end, at most `limit`.
    step until(milliseconds limit = milliseconds{60 * 60'000}) {
        const auto end = now + limit;
        for (;;) {
            const auto next = watched.next(now, 0.5);
            if (next.what != step::wait) return next.what;
            if (next.at > end) return step::wait;
            now = next.at;
        }
    }
    void no_history() { watched.see(std::optional<history_entry>(), now); }

    milliseconds now;
    prompt_protocol watched;
};

TEST(protocol, a_final_frame_asks_the_history_at_once) {
    for (const auto last : {frame::kind::success, frame::kind::over, frame::kind::interrupted}) {
        scene s;
        s.watched.listening(true, s.now);
        s.watched.see(told(frame::kind::started), s.now);
        EXPECT_EQ(s.until(milliseconds{0}), step::wait);
        s.watched.see(told(last), s.now);
        EXPECT_EQ(s.until(milliseconds{0}), step::ask_history);
        s.watched.see(finished(), s.now);
        EXPECT_EQ(s.watched.ended(), ending::finished);
        EXPECT_EQ(s.watched.entry().files.at(0).name, "a.png");
    }
}

TEST(protocol, success_before_the_history_is_written_is_asked_again_when_it_is) {
    scene s;
    s.watched.listening(true, s.now);
    s.watched.see(told(frame::kind::success), s.now);
    ASSERT_EQ(s.until(milliseconds{0}), step::ask_history);
    // The last frame arrives while that question is under way.
    s.watched.see(told(frame::kind::over), s.now);
    s.no_history();
    EXPECT_EQ(s.until(milliseconds{0}), step::ask_history);
    s.no_history();
    EXPECT_EQ(s.until(milliseconds{100}), step::ask_history) << "and soon after that";
}

TEST(protocol, a_history_that_is_late_is_waited_for) {
    scene s;
    s.watched.listening(true, s.now);
    s.watched.see(told(frame::kind::over), s.now);
    for (const milliseconds written{9'000}; s.now < written;) {
        const auto what = s.until();
        ASSERT_NE(what, step::over) << "given up after " << s.now.count() << " ms";
        if (what == step::ask_queue) {
            s.watched.see(place(queue_place::state::absent), s.now);
        } else {
            s.no_history();
        }
    }
    s.watched.see(finished(), s.now);
    EXPECT_EQ(s.watched.ended(), ending::finished);
}

TEST(protocol, frames_of_other_prompts_and_errors_alone_change_nothing) {
    scene s;
    s.watched.listening(true, s.now);
    s.watched.see(told(frame::kind::over, 0, 0, "another"), s.now);
    s.watched.see(told(frame::kind::step, 7, 8, ""), s.now);
    s.watched.see(told(frame::kind::error), s.now);
    EXPECT_EQ(s.watched.ended(), ending::none);
    EXPECT_EQ(s.watched.seen().step, 0);
    EXPECT_EQ(s.until(milliseconds{0}), step::wait);
}

TEST(protocol, lost_is_what_is_absent_twice_in_history_queue_and_history) {
    for (const bool confirmed : {true, false}) {
        scene s(confirmed);
        std::vector<step> asked;
        for (auto what = s.until(); what != step::over; what = s.until()) {
            asked.push_back(what);
            if (what == step::ask_queue) {
                s.watched.see(place(queue_place::state::absent), s.now);
            } else {
                s.no_history();
            }
        }
        const std::vector<step> sweep{step::ask_history, step::ask_queue, step::ask_history};
        auto twice = sweep;
        twice.insert(twice.end(), sweep.begin(), sweep.end());
        EXPECT_EQ(asked, twice);
        EXPECT_EQ(s.watched.ended(), ending::lost);
        EXPECT_EQ(s.watched.confirmed(), confirmed);
        EXPECT_LE(s.now, milliseconds{5'000});
    }
}

TEST(protocol, a_prompt_that_is_found_between_two_looks_is_not_lost) {
    scene s(false);
    ASSERT_EQ(s.until(), step::ask_history);
    s.no_history();
    ASSERT_EQ(s.until(), step::ask_queue);
    s.watched.see(place(queue_place::state::absent), s.now);
    ASSERT_EQ(s.until(), step::ask_history);
    s.no_history();
    ASSERT_EQ(s.until(), step::ask_history);
    s.no_history();
    ASSERT_EQ(s.until(), step::ask_queue);
    s.watched.see(place(queue_place::state::waiting, 2), s.now);
    EXPECT_TRUE(s.watched.confirmed());
    EXPECT_EQ(s.watched.ended(), ending::none);
    EXPECT_EQ(s.watched.seen().before, 2);
}

TEST(protocol, unanswered_questions_end_in_unreachable_but_one_answer_starts_anew) {
    scene s;
    int questions = 0;
    for (; s.until() != step::over && questions < 100; ++questions) {
        if (questions == 2) {
            s.no_history();
        } else {
            s.watched.unanswered(s.now);
        }
    }
    EXPECT_EQ(s.watched.ended(), ending::unreachable);
    EXPECT_GE(questions, 5) << "one failure must not be the end";
    EXPECT_LE(s.now, milliseconds{30'000});
}

TEST(protocol, nothing_that_moves_for_a_long_time_ends_it) {
    scene s;
    s.watched.listening(true, s.now);
    s.watched.see(told(frame::kind::step, 1, 20), s.now);
    while (s.until() != step::over) {
        ASSERT_LT(s.now, milliseconds{60 * 60'000});
        if (s.watched.next(s.now, 0.5).what == step::ask_queue) {
            s.watched.see(place(queue_place::state::running), s.now);
        } else {
            s.no_history();
        }
    }
    EXPECT_EQ(s.watched.ended(), ending::still);
    EXPECT_GE(s.now, patience{}.still_max);
    EXPECT_LE(s.now, patience{}.still_max + milliseconds{15'000});
}

TEST(protocol, the_queue_that_gets_shorter_is_movement) {
    scene s;
    for (int before = 40; before >= 0; --before) {
        for (const auto end = s.now + patience{}.deaf_still_max / 2; s.now < end;) {
            const auto what = s.until(end - s.now);
            ASSERT_NE(what, step::over);
            if (what == step::wait) s.now = end;
            if (what == step::ask_history) s.no_history();
            if (what == step::ask_queue) {
                s.watched.see(place(queue_place::state::waiting, before), s.now);
            }
        }
    }
    EXPECT_EQ(s.watched.ended(), ending::none);
}

TEST(protocol, fewer_than_ten_requests_in_ten_seconds) {
    for (const bool hears : {true, false}) {
        scene s;
        s.watched.listening(hears, s.now);
        std::vector<milliseconds> asked;
        while (s.now < milliseconds{120'000}) {
            const auto what = s.until();
            ASSERT_NE(what, step::over);
            asked.push_back(s.now);
            if (hears) s.watched.see(told(frame::kind::step, 20, 20), s.now);
            if (what == step::ask_history) s.no_history();
            if (what == step::ask_queue) {
                s.watched.see(place(queue_place::state::running), s.now);
            }
        }
        for (std::size_t i = 9; i < asked.size(); ++i) {
            EXPECT_GE(asked[i] - asked[i - 9], milliseconds{10'000}) << "from question " << i - 9;
        }
    }
}

TEST(protocol, a_prompt_that_is_accepted_is_not_asked_after_at_once) {
    scene s(false);
    s.watched.accepted(prompt, s.now);
    EXPECT_EQ(s.until(milliseconds{500}), step::wait);
    // Unless it is over already: frames may be faster than the reply.
    scene quick(false);
    quick.watched.see(told(frame::kind::over), quick.now);
    quick.watched.accepted(prompt, quick.now);
    EXPECT_EQ(quick.until(milliseconds{0}), step::ask_history);
}

TEST(protocol, a_server_that_gives_its_own_id_is_asked_at_once) {
    scene s;
    s.watched.accepted("99", s.now);
    EXPECT_EQ(s.watched.prompt(), "99");
    EXPECT_EQ(s.until(milliseconds{0}), step::ask_history);
}

}  // namespace
}  // namespace medusa::comfyui
