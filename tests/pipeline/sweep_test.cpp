// Sweeps after crashes at every step, beside jobs that run, and over files of other people.
#include "pipeline/sweep.hpp"

#include "store/sqlite/connection.hpp"
#include "story_fixture.hpp"

namespace medusa {
namespace {

using namespace std::chrono_literals;

class clock_ahead final : public clock {
public:
    explicit clock_ahead(std::chrono::hours by) : by_(by) {}
    time_point now() const override { return system_clock().now() + by_; }

private:
    std::chrono::hours by_;
};

// Runs `before` each time an id is asked for.
class watched_ids final : public id_source {
public:
    explicit watched_ids(std::function<void()> before) : before_(std::move(before)) {}
    std::string uuid() override {
        before_();
        return random_ids().uuid();
    }

private:
    std::function<void()> before_;
};

constexpr auto orphan = "11111111-2222-4333-8444-{:012}";

class sweep_test : public story_test {
protected:
    // A sweep by somebody whose clock is ahead by so much.
    sweep_report sweep_in(std::chrono::hours ahead, const sweep_wish& wish = {}) {
        const clock_ahead later(ahead);
        const auto with = plain();
        const pipeline_parts aged{
            with.engine,  with.assets,     with.reserved, with.characters, with.images,
            with.vectors, with.rules,      later,         with.ids,        {},
            {},           with.number_file};
        return sweep(aged, wish, [](std::string_view, std::size_t, std::size_t) {}, {});
    }

    // Files of the form that a crash leaves.
    void leave(const std::string& folder, int count) {
        for (int i = 0; i < count; ++i)
            assets_->put(
                fmt::format("{}/generations/{}.json", folder, fmt::format(fmt::runtime(orphan), i)),
                "{}");
    }
};

TEST_F(sweep_test, after_a_crash_at_any_step_nothing_is_left_and_the_job_can_go_on) {
    for (const auto& call : calls_of_a_story())
        for (const bool after : {false, true}) {
            SCOPED_TRACE(fmt::format("{} {}", call, after ? "after" : "before"));
            fault_plan plan(call, after);
            faulty_story faulty(plain(), plan);
            const auto job = luna(random_ids().uuid());
            try {
                create_character(faulty.parts, job, quiet());
            } catch (const error&) {
            }
            const auto left = assets_->list("");
            EXPECT_TRUE(sweep_in(0h).files.empty()) << "the job may be at work on them";
            EXPECT_EQ(assets_->list(""), left);

            const bool recorded = !listed().empty();
            sweep_in(48h, {.force = true});
            EXPECT_TRUE(store_.reserved->unused().empty());
            if (recorded)
                expect_whole();
            else
                EXPECT_TRUE(assets_->list("").empty());
            create_character(plain(), job, quiet());
            expect_whole();
            EXPECT_TRUE(sweep_in(48h).files.empty()) << "all of it belongs to a record";
            expect_whole();
            forget(listed().front());
        }
}

TEST_F(sweep_test, leaves_a_running_job_alone) {
    sweep_report seen;
    engine_.during_first = [&] { seen = sweep_in(23h, {.force = true}); };
    create_character(plain(), luna(random_ids().uuid()), quiet());
    EXPECT_TRUE(seen.files.empty());
    EXPECT_EQ(seen.reservations, 0u);
    expect_whole();
    EXPECT_EQ(listed().front().slug, "luna");
}

TEST_F(sweep_test, leaves_what_a_job_that_waits_has_reserved_and_stored) {
    fault_plan plan("create 1", false);
    faulty_story faulty(plain(), plan);
    const auto job = luna(random_ids().uuid());
    EXPECT_THROW(create_character(faulty.parts, job, quiet()), error);
    const auto left = assets_->list("");
    ASSERT_FALSE(left.empty());
    sweep_wish wish{.force = true};
    wish.waits = [&](const std::string& job_id) { return job_id == job.id; };
    EXPECT_TRUE(sweep_in(48h, wish).files.empty());
    EXPECT_EQ(assets_->list(""), left);
    wish.waits = [](const std::string&) { return false; };
    EXPECT_FALSE(sweep_in(48h, wish).files.empty());
    EXPECT_TRUE(assets_->list("").empty());
}

TEST_F(sweep_test, leaves_what_medusa_does_not_name_so) {
    const auto made = create_character(plain(), luna(random_ids().uuid()), quiet());
    const std::vector<std::string> of_others = {
        "anna/characters/luna/avatar/holiday.png",
        "anna/characters/luna/notes.txt",
        "anna/characters/luna/avatar/11111111-2222-4333-8444-555555555555.png",
        "anna/characters/luna/avatar/11111111-2222-4333-8444-555555555555-zzzzzzzz.png",
        "anna/characters/luna/generations/plan.json",
        "anna/photos/11111111-2222-4333-8444-555555555555-0123abcd.png",
        "zoe/characters/luna/avatar/11111111-2222-4333-8444-555555555555-0123abcd.png"};
    for (const auto& path : of_others) assets_->put(path, "mine");
    const auto before = assets_->list("");
    sweep_in(48h, {.force = true});
    EXPECT_EQ(assets_->list(""), before);
    EXPECT_EQ(listed().front(), made.record);
}

TEST_F(sweep_test, removes_what_a_deleted_character_left_but_shows_it_first) {
    create_character(plain(), luna(random_ids().uuid()), quiet());
    const auto kept = assets_->list("");
    leave("anna/characters/zara", 3);
    leave("anna/characters/luna", 2);
    const auto shown = sweep_in(48h, {.dry_run = true});
    EXPECT_EQ(shown.files.size(), 5u);
    EXPECT_EQ(assets_->list("").size(), kept.size() + 5);
    EXPECT_EQ(sweep_in(0h).young, 5u);
    const auto done = sweep_in(48h);
    EXPECT_EQ(done.files, shown.files);
    EXPECT_EQ(assets_->list(""), kept);
    EXPECT_TRUE(store_.reserved->unused().empty()) << "the sweep's own reservation is left";
}

TEST_F(sweep_test, asks_before_most_of_the_files_go) {
    store_.reserved->user_folder({"7", "anna"});
    leave("anna/characters/zara", int(swept_unasked_max) + 1);
    try {
        sweep_in(48h);
        FAIL() << "nothing was asked";
    } catch (const error& reason) {
        EXPECT_EQ(reason.code(), errc::conflict) << reason.what();
    }
    EXPECT_EQ(assets_->list("").size(), swept_unasked_max + 1);
    EXPECT_EQ(sweep_in(48h, {.force = true}).files.size(), swept_unasked_max + 1);
    EXPECT_TRUE(assets_->list("").empty());
}

TEST_F(sweep_test, removes_nothing_while_a_record_cannot_be_read) {
    create_character(plain(), luna(random_ids().uuid()), quiet());
    leave("anna/characters/zara", 1);
    const auto before = assets_->list("");
    sqlite::connection(folder_ / "medusa.db", sqlite::access::write, 1s)
        .run("UPDATE characters SET record = 'x'");
    EXPECT_THROW(sweep_in(48h), error);
    EXPECT_EQ(assets_->list(""), before);
}

TEST_F(sweep_test, that_breaks_off_is_finished_by_the_next) {
    fault_plan crash("put avatar 1", true);
    faulty_story faulty(plain(), crash);
    EXPECT_THROW(create_character(faulty.parts, luna(random_ids().uuid()), quiet()), error);
    for (const bool after : {false, true}) {
        fault_plan plan("release_unused 1", after);
        faulty_story breaking(plain(), plan);
        const sweep_wish all{.older_than = 0ms, .force = true};
        try {
            sweep(breaking.parts, all, [](std::string_view, std::size_t, std::size_t) {}, {});
        } catch (const error&) {
            EXPECT_FALSE(assets_->list("").empty());
        }
    }
    sweep_in(0h, {.older_than = 0ms, .force = true});
    EXPECT_TRUE(assets_->list("").empty());
    EXPECT_TRUE(store_.reserved->unused().empty());
}

TEST_F(sweep_test, leaves_a_folder_that_a_new_character_has_moved_into) {
    store_.reserved->user_folder({"7", "anna"});
    assets_->put("anna/characters/luna/embeddings/embeddings.json", "{}");
    bool moved_in = false;
    watched_ids ids([&] {
        if (moved_in) return;
        moved_in = true;
        create_character(plain(), luna(random_ids().uuid()), quiet());
    });
    const auto with = plain();
    const pipeline_parts watched{with.engine,
                                 with.assets,
                                 with.reserved,
                                 with.characters,
                                 with.images,
                                 with.vectors,
                                 with.rules,
                                 with.time,
                                 ids,
                                 {},
                                 {},
                                 with.number_file};
    sweep(watched, {.older_than = 0ms}, [](std::string_view, std::size_t, std::size_t) {}, {});
    EXPECT_TRUE(moved_in);
    expect_whole();
    EXPECT_TRUE(assets_->get("anna/characters/luna/embeddings/embeddings.json"));
}

}  // namespace
}  // namespace medusa
