// Two stories of one job at once, a story that goes on, and one that gives up.
#include <thread>

#include "store/sqlite/connection.hpp"
#include "story_fixture.hpp"

namespace medusa {
namespace {

TEST_F(story_test, the_first_of_two_stories_of_one_job_counts) {
    const auto job = luna(random_ids().uuid());
    created_character quicker;
    engine_.during_first = [&] {
        auto other = job;
        other.draft.description = "a knight";
        quicker = create_character(plain(), other, quiet());
    };
    const auto later = create_character(plain(), job, quiet());
    EXPECT_EQ(engine_.rendered, 2);
    EXPECT_EQ(later.record, quicker.record);
    EXPECT_EQ(later.avatar, quicker.avatar);
    expect_one_of_a_job(quicker.record);
    const auto embeddings = assets_->get("anna/characters/luna/embeddings/embeddings.json");
    EXPECT_NE(embeddings->find("a knight"), std::string::npos);
}

TEST_F(story_test, two_threads_with_one_job_end_with_one_character) {
    const auto job = luna(random_ids().uuid());
    created_character made[2];
    {
        std::vector<std::jthread> makers;
        for (auto& one : made)
            makers.emplace_back([&] { one = create_character(plain(), job, quiet()); });
    }
    EXPECT_EQ(made[0].record, made[1].record);
    expect_one_of_a_job(made[0].record);
}

TEST_F(story_test, the_first_of_two_stories_of_one_image_job_counts) {
    const auto owner = create_character(plain(), luna(random_ids().uuid()), quiet()).record;
    create_image_job job;
    job.id = random_ids().uuid();
    job.owner = {"7", "anna"};
    job.character_id = owner.id;
    created_images quicker;
    engine_.rendered = 0;
    engine_.during_first = [&] { quicker = create_image(plain(), job, quiet()); };
    const auto later = create_image(plain(), job, quiet());
    EXPECT_EQ(engine_.rendered, 2);
    EXPECT_EQ(later.images, quicker.images);
    expect_whole();
    const auto files = assets_->list("anna/characters/luna/images");
    EXPECT_EQ(files, std::vector{quicker.images.at(0).path});
}

// Loses its job to another worker, which takes it to its end, when its picture is drawn; and hears
// of that when it has stored its own.
class late_story final : public checkpoints {
public:
    explicit late_story(std::function<void()> meanwhile) : meanwhile_(std::move(meanwhile)) {}
    std::optional<rendered_picture> rendered(int) override { return std::nullopt; }
    void keep(int, const rendered_picture&) override { meanwhile_(); }
    void reached(job_stage) override { throw error(errc::cancelled, "it is somebody else's"); }
    void picture_whole(int) override {}

private:
    const std::function<void()> meanwhile_;
};

TEST_F(story_test, a_story_that_lost_its_job_puts_right_what_it_wrote_over) {
    const auto job = luna(random_ids().uuid());
    created_character first;
    const auto step = [&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
        first = create_character(plain(), job, quiet());
    };
    late_story late(step);
    EXPECT_THROW(create_character(plain(), job, {[](stage, int, int) {}, {}, late}), error);
    EXPECT_EQ(engine_.rendered, 2);
    yield_to_others(plain(), ended(job.id));
    expect_one_of_a_job(first.record);
}

TEST_F(story_test, a_store_that_fails_while_a_picture_is_counted_is_tried_again) {
    fault_plan plan("highest_number 1");
    faulty_story faulty(plain(), plan);
    const auto job = luna(random_ids().uuid());
    EXPECT_THROW(create_character(faulty.parts, job, quiet()), error);
    const auto made = create_character(faulty.parts, job, quiet());
    EXPECT_TRUE(made.notes.empty());
    EXPECT_EQ(made.avatar.number, 1);
}

// Takes as long as the number file is waited for.
TEST_F(story_test, a_number_file_kept_by_who_waits_for_the_store_costs_no_number) {
    fault_plan plan("highest_number 1");
    faulty_story faulty(plain(), plan);
    const auto job = luna(random_ids().uuid());
    {
        const file_lock kept(folder_ / "number.lock", lock_patience);
        EXPECT_THROW(create_character(faulty.parts, job, quiet()), error);
    }
    EXPECT_EQ(create_character(faulty.parts, job, quiet()).avatar.number, 1);
}

TEST_F(story_test, a_picture_that_was_not_counted_is_counted_on_resume) {
    const auto job = luna(random_ids().uuid());
    fs::create_directories(folder_ / "number");
    EXPECT_EQ(create_character(plain(), job, quiet()).notes.size(), 1u);
    fs::remove(folder_ / "number");
    const auto again = create_character(plain(), job, quiet());
    EXPECT_TRUE(again.notes.empty());
    EXPECT_EQ(again.avatar.number, 1);
    EXPECT_EQ(collapse_spaces(read_file(folder_ / "number", 100)), "1");
}

TEST_F(story_test, a_character_that_lost_the_record_of_its_picture_is_still_there) {
    const auto job = luna(random_ids().uuid());
    const auto made = create_character(plain(), job, quiet());
    {
        sqlite::connection on(folder_ / "medusa.db", sqlite::access::write,
                              std::chrono::seconds(1));
        on.run("DELETE FROM images");
    }
    const auto again = create_character(plain(), job, quiet());
    EXPECT_EQ(again.record, made.record);
    ASSERT_EQ(again.notes.size(), 1u);
    EXPECT_NE(again.notes[0].find("lost the record of its picture"), std::string::npos);
}

TEST_F(story_test, files_that_a_silent_worker_may_record_yet_wait_for_a_sweep) {
    const auto owner = create_character(plain(), luna(random_ids().uuid()), quiet()).record;
    auto one = ended(random_ids().uuid());
    image_request wanted;
    wanted.character_id = owner.id;
    one.request = wanted;
    const auto path = "anna/characters/luna/images/" + derived_uuid(one.id, 0) + "-0.png";
    assets_->put(path, "drawn by somebody");
    one.events = {{1, {}, "queued", {}}, {2, {}, "lost", "its worker has fallen silent"}};
    give_up(plain(), one);
    EXPECT_TRUE(assets_->get(path));
    one.events.pop_back();
    give_up(plain(), one);
    EXPECT_FALSE(assets_->get(path));
}

TEST_F(story_test, a_job_that_fails_for_good_gives_up_what_it_took) {
    for (const bool after : {false, true}) {
        for (const auto& call : calls_of_a_story()) {
            SCOPED_TRACE(call);
            fault_plan plan(call, after);
            faulty_story faulty(plain(), plan);
            const auto job = luna(random_ids().uuid());
            try {
                create_character(faulty.parts, job, quiet());
            } catch (const error&) {
                give_up(plain(), ended(job.id));
            }
            EXPECT_TRUE(plan.struck());
            const auto all = listed();
            if (all.empty()) {
                EXPECT_TRUE(assets_->list("anna").empty());
                EXPECT_EQ(store_.reserved->reserve("next", {"7", "anna"}, "luna").slug, "luna");
                store_.reserved->release("next");
                continue;
            }
            expect_whole();
            forget(all.front());
        }
    }
}

}  // namespace
}  // namespace medusa
