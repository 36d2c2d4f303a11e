// The stories one at a time, with every call of every part failing once.
#include <set>
#include <thread>

#include "story_fixture.hpp"

namespace medusa {
namespace {

// The same job until it succeeds, each call failing once: one character, one picture, one count.
TEST_F(story_test, a_job_that_fails_anywhere_ends_the_same_when_run_again) {
    const auto calls = calls_of_a_story();
    for (const auto* side_by_side : {"put avatar 1", "put generations 1", "put embeddings 1"})
        EXPECT_TRUE(calls.contains(side_by_side)) << side_by_side;
    int expected = 0;
    for (const bool after : {false, true}) {
        for (const auto& call : calls) {
            SCOPED_TRACE(call);
            fault_plan plan(call, after);
            faulty_story faulty(plain(), plan);
            const auto job = luna(random_ids().uuid());
            try {
                create_character(faulty.parts, job, quiet());
            } catch (const error& injected) {
                EXPECT_EQ(injected.detail(), "injected");
            }
            EXPECT_TRUE(plan.struck());
            expect_whole();
            const auto made = create_character(plain(), job, quiet());
            ++expected;
            const auto all = listed();
            ASSERT_EQ(int(all.size()), expected);
            EXPECT_EQ(made.record.id, all.front().id);
            EXPECT_EQ(store_.images->of_character(made.record.id).size(), 1u);
            // One more of the story that told the calls.
            EXPECT_EQ(made.avatar.number, expected + 1);
            EXPECT_EQ(collapse_spaces(read_file(folder_ / "number", 100)),
                      std::to_string(expected + 1));
            expect_whole();
        }
    }
    std::set<std::string> slugs;
    for (const auto& record : listed()) slugs.insert(record.slug);
    EXPECT_EQ(int(slugs.size()), expected);
}

TEST_F(story_test, the_files_that_need_no_picture_are_there_before_it) {
    engine_.during_first = [&] {
        const auto path = "anna/characters/luna/embeddings/embeddings.json";
        for (int i = 0; i < 1'000 && !assets_->get(path); ++i)
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        EXPECT_TRUE(assets_->get(path));
        EXPECT_TRUE(listed().empty());
    };
    create_character(plain(), luna(random_ids().uuid()), quiet());
    expect_whole();
}

TEST_F(story_test, a_repeated_job_draws_nothing_again) {
    const auto job = luna(random_ids().uuid());
    const auto first = create_character(plain(), job, quiet());
    const auto again = create_character(plain(), job, quiet());
    EXPECT_EQ(engine_.rendered, 1);
    EXPECT_EQ(again.record, first.record);
    EXPECT_EQ(again.avatar_path, first.avatar_path);
}

TEST_F(story_test, what_owners_and_pictures_are_called_is_checked_first) {
    auto job = luna(random_ids().uuid());
    job.owner.user_id = "a\nb";
    EXPECT_THROW(create_character(plain(), job, quiet()), error);
    EXPECT_EQ(store_.reserved->reserve("next", {"7", "anna"}, "luna").id, 123456);
}

TEST_F(story_test, what_the_policy_refuses_leaves_no_trace) {
    auto job = luna(random_ids().uuid());
    job.draft.description = "a nude portrait";
    try {
        create_character(plain(), job, quiet());
        ADD_FAILURE() << "not refused";
    } catch (const error& refused) {
        EXPECT_EQ(refused.code(), errc::refused);
    }
    EXPECT_EQ(engine_.rendered, 0);
    EXPECT_TRUE(listed().empty());
    EXPECT_EQ(create_character(plain(), luna(random_ids().uuid()), quiet()).record.id, 123456);
}

TEST_F(story_test, a_picture_of_another_size_is_not_kept) {
    engine_.wrong_by = 8;
    const auto job = luna(random_ids().uuid());
    EXPECT_THROW(create_character(plain(), job, quiet()), error);
    give_up(plain(), ended(job.id));
    EXPECT_TRUE(listed().empty());
    EXPECT_TRUE(assets_->list("anna").empty());
}

TEST_F(story_test, images_of_one_job_are_made_once_each) {
    const auto owner = create_character(plain(), luna(random_ids().uuid()), quiet()).record;
    create_image_job job;
    job.id = random_ids().uuid();
    job.owner = {"7", "anna"};
    job.character_id = owner.id;
    job.mood = "happy";
    job.count = 2;
    EXPECT_EQ(create_image(plain(), job, quiet()).images.size(), 2u);
    job.count = 3;
    const auto more = create_image(plain(), job, quiet());
    EXPECT_EQ(engine_.rendered, 1 + 3);
    EXPECT_EQ(more.images.size(), 3u);
    EXPECT_EQ(store_.images->of_character(owner.id).size(), 4u);
    EXPECT_EQ(collapse_spaces(read_file(folder_ / "number", 100)), "4");
    expect_whole();
}

TEST_F(story_test, each_image_type_says_its_own_in_the_prompt) {
    const auto owner = create_character(plain(), luna(random_ids().uuid()), quiet()).record;
    create_image_job job;
    job.owner = {"7", "anna"};
    job.character_id = owner.id;
    job.prompt = "reading a book";
    job.mood = "happy";
    job.setting = "magical forest";
    engine_.prompts.clear();
    for (const auto type : {image_type::portrait, image_type::full_body, image_type::action,
                            image_type::variation, image_type::custom}) {
        job.id = random_ids().uuid();
        job.type = type;
        create_image(plain(), job, quiet());
    }
    EXPECT_EQ(std::set(engine_.prompts.begin(), engine_.prompts.end()).size(), 5u);
    for (const auto& prompt : engine_.prompts)
        EXPECT_NE(prompt.find("magical forest"), std::string::npos) << prompt;
}

TEST_F(story_test, bad_image_requests_are_refused_before_anything_is_drawn) {
    const auto owner = create_character(plain(), luna(random_ids().uuid()), quiet()).record;
    create_image_job good;
    good.id = random_ids().uuid();
    good.owner = {"7", "anna"};
    good.character_id = owner.id;
    const auto code_of = [&](auto change) {
        auto job = good;
        change(job);
        try {
            create_image(plain(), job, quiet());
        } catch (const error& refused) {
            return refused.code();
        }
        return errc::internal;
    };
    EXPECT_EQ(code_of([](auto& job) { job.owner.user_id = "8"; }), errc::not_found);
    EXPECT_EQ(code_of([](auto& job) { job.character_id = 1; }), errc::not_found);
    EXPECT_EQ(code_of([](auto& job) { job.count = 0; }), errc::invalid_argument);
    EXPECT_EQ(code_of([](auto& job) { job.count = 101; }), errc::invalid_argument);
    EXPECT_EQ(code_of([](auto& job) { job.type = image_type::custom; }), errc::invalid_argument);
    EXPECT_EQ(code_of([](auto& job) { job.setting = "\xff"; }), errc::invalid_argument);
    EXPECT_EQ(code_of([](auto& job) { job.mood = std::string("a\0b", 3); }),
              errc::invalid_argument);
    EXPECT_EQ(code_of([](auto& job) { job.owner.username = "\xff"; }), errc::invalid_argument);
    EXPECT_EQ(code_of([](auto& job) { job.prompt = "nude"; }), errc::refused);
    EXPECT_EQ(engine_.rendered, 1);
}

TEST_F(story_test, a_stop_leaves_nothing_behind) {
    std::stop_source stop;
    stop.request_stop();
    const auto job = luna(random_ids().uuid());
    try {
        create_character(plain(), job, {[](stage, int, int) {}, stop.get_token()});
        ADD_FAILURE() << "not stopped";
    } catch (const error& stopped) {
        EXPECT_EQ(stopped.code(), errc::cancelled);
    }
    give_up(plain(), ended(job.id));
    EXPECT_TRUE(listed().empty());
    EXPECT_TRUE(assets_->list("anna").empty());
}

TEST_F(story_test, a_stopped_job_that_goes_on_later_shows_no_picture_till_then) {
    std::stop_source stop;
    stop.request_stop();
    const auto job = luna(random_ids().uuid());
    EXPECT_THROW(create_character(plain(), job, {[](stage, int, int) {}, stop.get_token()}), error);
    EXPECT_TRUE(listed().empty());
    for (const auto& path : assets_->list("anna"))
        EXPECT_EQ(path, "anna/characters/luna/embeddings/embeddings.json");
    EXPECT_EQ(create_character(plain(), job, quiet()).record.slug, "luna");
    expect_whole();
}

TEST_F(story_test, a_number_file_that_cannot_be_written_costs_only_a_note) {
    fs::create_directories(folder_ / "number");  // a folder stands where the file should
    const auto made = create_character(plain(), luna(random_ids().uuid()), quiet());
    ASSERT_EQ(made.notes.size(), 1u);
    EXPECT_NE(made.notes[0].find("not counted"), std::string::npos);
    EXPECT_EQ(listed().size(), 1u);
}

}  // namespace
}  // namespace medusa
