// The stories on the real embedded stores, with a small engine and embedder of the test's own.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <mutex>
#include <set>

#include "asset/local/local_assets.hpp"
#include "card/png.hpp"
#include "core/files.hpp"
#include "core/hash.hpp"
#include "core/text.hpp"
#include "faulty_parts.hpp"
#include "pipeline/create_character.hpp"
#include "pipeline/create_image.hpp"
#include "pipeline/give_up.hpp"
#include "record/documents.hpp"
#include "store/sqlite/sqlite_store.hpp"

namespace medusa {

namespace fs = std::filesystem;

class flat_engine final : public image_engine {
public:
    picture render(const picture_request& request, const progress_sink&,
                   std::stop_token stop) override {
        if (stop.stop_requested()) throw error(errc::cancelled, "interrupted");
        const int draw = ++rendered;
        {
            const std::lock_guard lock(prompts_mutex_);
            prompts.push_back(request.prompt);
        }
        if (draw == 1 && during_first) during_first();
        pixels flat{request.settings.width + wrong_by, request.settings.height, {}};
        flat.rgba.assign(std::size_t(flat.width) * std::size_t(flat.height) * 4,
                         std::uint8_t(request.seed + std::uint64_t(draw)));
        picture drawn;
        drawn.png = write_png(flat);
        drawn.width = flat.width;
        drawn.height = flat.height;
        drawn.engine = "flat";
        drawn.engine_version = "1";
        drawn.source_type = "algorithmicMedia";
        return drawn;
    }
    int parallel() const override { return 2; }
    std::vector<server_health> health() override { return {}; }
    std::string check() override { return {}; }

    std::atomic<int> rendered = 0;
    int wrong_by = 0;                    // pixels that the picture is too wide
    std::function<void()> during_first;  // runs while the first picture is drawn
    std::vector<std::string> prompts;

private:
    std::mutex prompts_mutex_;
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

// `with`, every part of it subject to `plan`.
struct faulty_story {
    faulty_story(const pipeline_parts& with, fault_plan& plan)
        : engine(with.engine, plan),
          assets(with.assets, plan),
          reserved(with.reserved, plan),
          characters(with.characters, plan),
          images(with.images, plan),
          parts{engine,     assets,    reserved, characters, images, with.vectors,
                with.rules, with.time, with.ids, {},         {},     with.number_file} {}

    faulty_engine engine;
    faulty_assets assets;
    faulty_reservations reserved;
    faulty_characters characters;
    faulty_images images;
    pipeline_parts parts;
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

    // The job of a new character that will not be run again.
    static job ended(const std::string& job_id) {
        job one;
        one.id = job_id;
        one.owner = {"7", "anna"};
        return one;
    }

    static story_context quiet() {
        return {[](stage, int, int) {}, {}};
    }

    // Every call that a story makes from start to end, by name.
    std::set<std::string> calls_of_a_story() {
        fault_plan none;
        faulty_story faulty(plain(), none);
        const auto made = create_character(faulty.parts, luna(random_ids().uuid()), quiet());
        forget(made.record);
        return none.calls();
    }

    void forget(const character& made) {
        for (const auto& path : assets_->list("anna")) assets_->remove(path);
        store_.characters->remove(made.id);
    }

    std::vector<character> listed() { return store_.characters->list({}); }

    // One record, one picture, and every file of the tree tells of that picture.
    void expect_one_of_a_job(const character& counted) {
        const auto all = listed();
        ASSERT_EQ(all.size(), 1u);
        EXPECT_EQ(all.front(), counted);
        expect_whole();
        std::size_t pictures = 0;
        for (const auto& path : assets_->list("anna")) {
            pictures += path.ends_with(".png");
            if (path.find("/generations/") == std::string::npos) continue;
            const auto picture = store_.images->of_character(counted.id).front();
            EXPECT_EQ(assets_->get(path), manifest_document(counted, picture)) << path;
        }
        EXPECT_EQ(pictures, 1u) << "the picture of the other one is still there";
        EXPECT_EQ(collapse_spaces(read_file(folder_ / "number", 100)), "1");
    }

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

}  // namespace medusa
