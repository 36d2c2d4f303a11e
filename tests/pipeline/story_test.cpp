// The stories on the real embedded stores, with a small engine and embedder of the test's own, and
// every call of every part failing once.
#include <gtest/gtest.h>

#include <set>

#include "asset/local/local_assets.hpp"
#include "card/png.hpp"
#include "core/files.hpp"
#include "core/hash.hpp"
#include "core/text.hpp"
#include "faulty_parts.hpp"
#include "pipeline/create_character.hpp"
#include "pipeline/create_image.hpp"
#include "store/sqlite/sqlite_store.hpp"

namespace medusa {
namespace {

namespace fs = std::filesystem;

class flat_engine final : public image_engine {
public:
    std::string_view name() const override { return "flat"; }
    std::string version() const override { return "1"; }
    picture render(const picture_request& request, const step_progress&,
                   std::stop_token stop) override {
        if (stop.stop_requested()) throw error(errc::cancelled, "interrupted");
        ++rendered;
        prompts.push_back(request.prompt);
        pixels flat{request.settings.width + wrong_by, request.settings.height, {}};
        flat.rgba.assign(std::size_t(flat.width) * std::size_t(flat.height) * 4,
                         std::uint8_t(request.seed));
        picture drawn;
        drawn.png = write_png(flat);
        drawn.width = flat.width;
        drawn.height = flat.height;
        drawn.source_type = "algorithmicMedia";
        return drawn;
    }
    std::string check() override { return {}; }

    int rendered = 0;
    int wrong_by = 0;  // pixels that the picture is too wide
    std::vector<std::string> prompts;
};

class flat_embedder final : public embedder {
public:
    std::vector<embedding> embed(std::span<const std::string> texts) override {
        embedding one{};
        one[0] = 1;
        return std::vector<embedding>(texts.size(), one);
    }
    std::string_view model() const override { return "flat"; }
};

class story_test : public testing::Test {
protected:
    void SetUp() override {
        folder_ = fs::temp_directory_path() / ("medusa-story-" + random_ids().uuid());
        store_ = make_sqlite_store({.file = folder_ / "medusa.db"});
        assets_ = make_local_asset_store(folder_ / "assets");
    }
    void TearDown() override { fs::remove_all(folder_); }

    pipeline_parts plain() {
        return {engine_,
                *assets_,
                *store_.reserved,
                *store_.characters,
                *store_.images,
                vectors_,
                rules_,
                system_clock(),
                random_ids(),
                {},
                {},
                folder_ / "number"};
    }

    static create_character_job luna(const std::string& job_id) {
        character_draft draft;
        draft.name = "Luna";
        draft.description = "an elven sorceress with silver hair";
        draft.settings.width = draft.settings.height = 64;
        return {job_id, {"7", "anna"}, draft};
    }

    static story_context quiet() {
        return {[](stage, int, int) {}, {}};
    }

    std::vector<character> listed() { return store_.characters->list({}); }

    // Every record shows whole files; every picture file that is there is a whole one.
    void expect_whole() {
        for (const auto& record : listed()) {
            const auto pictures = store_.images->of_character(record.id);
            ASSERT_FALSE(pictures.empty());
            EXPECT_EQ(record.avatar, pictures.front().url);
            for (const auto& one : pictures) {
                const auto bytes = assets_->get(one.path);
                ASSERT_TRUE(bytes) << one.path;
                EXPECT_EQ(sha256_hex(*bytes), one.sha256);
            }
            EXPECT_TRUE(
                assets_->get("anna/characters/" + record.slug + "/embeddings/embeddings.json"));
        }
    }

    fs::path folder_;
    flat_engine engine_;
    flat_embedder vectors_;
    content_policy rules_;
    stores store_;
    std::unique_ptr<asset_store> assets_;
};

// The same job until it succeeds, failing at call n: one character, one picture, one count.
TEST_F(story_test, a_job_that_fails_anywhere_ends_the_same_when_run_again) {
    int expected = 0;
    for (const bool after : {false, true}) {
        for (int n = 1;; ++n) {
            ASSERT_LT(n, 50);
            fault_plan plan{n, after, 0};
            const auto with = plain();
            faulty_engine engine(with.engine, plan);
            faulty_assets assets(with.assets, plan);
            faulty_reservations reserved(with.reserved, plan);
            faulty_characters characters(with.characters, plan);
            faulty_images images(with.images, plan);
            const pipeline_parts faulty{engine,   assets,       reserved,   characters,
                                        images,   with.vectors, with.rules, with.time,
                                        with.ids, {},           {},         with.number_file};
            const auto job = luna(random_ids().uuid());
            bool failed = false;
            try {
                create_character(faulty, job, quiet());
            } catch (const error& injected) {
                failed = true;
                EXPECT_EQ(injected.detail(), "injected");
            }
            expect_whole();
            const auto made = create_character(plain(), job, quiet());
            ++expected;
            const auto all = listed();
            ASSERT_EQ(int(all.size()), expected) << "n=" << n;
            EXPECT_EQ(made.record.id, all.front().id);
            EXPECT_EQ(store_.images->of_character(made.record.id).size(), 1u);
            expect_whole();
            if (!failed && plan.calls < n) break;
        }
    }
    std::set<std::string> slugs;
    for (const auto& record : listed()) slugs.insert(record.slug);
    EXPECT_EQ(int(slugs.size()), expected);
}

TEST_F(story_test, a_repeated_job_draws_nothing_again) {
    const auto job = luna(random_ids().uuid());
    const auto first = create_character(plain(), job, quiet());
    const auto again = create_character(plain(), job, quiet());
    EXPECT_EQ(engine_.rendered, 1);
    EXPECT_EQ(again.record, first.record);
    EXPECT_EQ(again.avatar_path, first.avatar_path);
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
    EXPECT_THROW(create_character(plain(), luna(random_ids().uuid()), quiet()), error);
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
    EXPECT_EQ(code_of([](auto& job) { job.prompt = "nude"; }), errc::refused);
    EXPECT_EQ(engine_.rendered, 1);
}

TEST_F(story_test, a_stop_leaves_nothing_behind) {
    std::stop_source stop;
    stop.request_stop();
    try {
        create_character(plain(), luna(random_ids().uuid()),
                         {[](stage, int, int) {}, stop.get_token()});
        ADD_FAILURE() << "not stopped";
    } catch (const error& stopped) {
        EXPECT_EQ(stopped.code(), errc::cancelled);
    }
    EXPECT_TRUE(listed().empty());
    EXPECT_TRUE(assets_->list("anna").empty());
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
