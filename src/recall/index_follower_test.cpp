#include "recall/index_follower.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <thread>

#include "asset/local/local_assets.hpp"
#include "core/error.hpp"
#include "pipeline/draft_to_character.hpp"
#include "pipeline/picture_file.hpp"
#include "recall/keeper.hpp"
#include "record/documents.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "support/child.hpp"
#include "support/described.hpp"
#include "support/recall_on_trial.hpp"

namespace medusa {
namespace {

using namespace std::chrono_literals;
using namespace testing_support;

class index_follower_story : public testing::Test {
protected:
    // As another process would open it.
    std::unique_ptr<recall_on_trial> another(embedder& vectors) {
        return std::make_unique<recall_on_trial>(stored_, *assets_, folder_.path(), vectors);
    }
    std::unique_ptr<recall_on_trial> another() { return another(vectors_); }

    character make(const std::string& name, const std::string& description) {
        return store_described(stored_, name, description);
    }

    static std::vector<std::int64_t> ids_in(const index_follower& follower) {
        auto ids = follower.index()->ids();
        std::sort(ids.begin(), ids.end());
        return ids;
    }

    // Every entry of the index is what its record says, and every record has one.
    void expect_true(const index_follower& follower) {
        const auto records = stored_.characters->list({.limit = 10'000});
        const auto index = follower.index();
        EXPECT_EQ(index->size(), records.size());
        for (const auto& record : records) {
            const auto entry = index->find(record.id);
            ASSERT_TRUE(entry) << record.id;
            EXPECT_EQ(entry->labels, labels_of(record));
            const auto text = embedding_text(record);
            const auto wanted = vectors_.embed({&text, 1}).front();
            for (std::size_t i = 0; i < wanted.size(); ++i)
                EXPECT_NEAR(entry->vector[i], wanted[i], 2e-3);
        }
    }

    std::filesystem::path snapshot() { return folder_.path() / "index"; }

    scratch_folder folder_;
    stores stored_ = make_sqlite_store({.file = folder_.path() / "medusa.db"});
    std::unique_ptr<asset_store> assets_ =
        make_local_asset_store(folder_.path() / "assets", "/assets/");
    word_embedder vectors_;
    std::unique_ptr<recall_on_trial> first_ = another();
};

TEST_F(index_follower_story, an_empty_store_makes_an_empty_index) {
    EXPECT_FALSE(first_->follower.index());
    EXPECT_FALSE(first_->follower.catch_up());
    EXPECT_EQ(first_->follower.index()->size(), 0u);
    EXPECT_TRUE(first_->follower.is_current());
    EXPECT_EQ(first_->follower.distrust(), "");
}

TEST_F(index_follower_story, what_was_there_before_and_what_comes_after_are_found) {
    make("Luna", "a shy android");
    make("Sol", "a brave knight");
    first_->follower.catch_up();
    expect_true(first_->follower);

    auto zara = make("Zara", "a proud queen");
    EXPECT_FALSE(first_->follower.is_current());
    first_->follower.catch_up();
    expect_true(first_->follower);

    auto changed = zara;
    changed.description = "a humble gardener";
    changed.style = "Watercolor";
    changed.tags.personality = {"Shy"};
    ASSERT_TRUE(stored_.characters->update(zara, changed));
    ASSERT_TRUE(stored_.characters->remove(stored_.characters->list({.limit = 9}).back().id));
    first_->follower.catch_up();
    expect_true(first_->follower);
    EXPECT_EQ(first_->follower.index()->size(), 2u);
}

TEST_F(index_follower_story, the_next_process_goes_on_from_the_snapshot) {
    const auto luna = make("Luna", "a shy android");
    make("Sol", "a brave knight");
    first_->follower.catch_up();
    first_->follower.save();

    make("Zara", "a proud queen");
    ASSERT_TRUE(stored_.characters->remove(luna.id));
    const auto before = vectors_.embedded.load();
    const auto second = another();
    second->follower.catch_up();
    EXPECT_EQ(vectors_.embedded - before, 1u);
    EXPECT_EQ(second->follower.distrust(), "");
    expect_true(second->follower);
}

TEST_F(index_follower_story, a_snapshot_is_written_when_something_has_changed) {
    make("Luna", "a shy android");
    first_->follower.save();
    EXPECT_FALSE(std::filesystem::exists(snapshot()));
    first_->follower.catch_up();
    first_->follower.save();
    const auto written = std::filesystem::last_write_time(snapshot());
    first_->follower.catch_up();
    first_->follower.save();
    EXPECT_EQ(std::filesystem::last_write_time(snapshot()), written);
}

TEST_F(index_follower_story, a_snapshot_that_cannot_be_trusted_is_made_anew_with_the_reason) {
    make("Luna", "a shy android");
    make("Sol", "a brave knight");
    first_->follower.catch_up();
    first_->follower.save();
    const auto whole = std::filesystem::file_size(snapshot());
    const auto expect_anew = [&](embedder& vectors, const std::string& reason) {
        const auto next = another(vectors);
        next->follower.catch_up();
        EXPECT_NE(next->follower.distrust().find(reason), std::string::npos)
            << next->follower.distrust();
        EXPECT_EQ(ids_in(next->follower), ids_in(first_->follower));
    };

    word_embedder other_model("other words");
    expect_anew(other_model, "model");
    std::filesystem::resize_file(snapshot(), whole - 7);
    expect_anew(vectors_, "index");
    std::ofstream(snapshot()) << "not an index at all";
    expect_anew(vectors_, "index");
}

TEST_F(index_follower_story, the_snapshot_of_another_store_is_not_taken) {
    make("Luna", "a shy android");
    first_->follower.catch_up();
    first_->follower.save();
    first_.reset();
    stored_ = {};
    std::filesystem::remove(folder_.path() / "medusa.db");
    stored_ = make_sqlite_store({.file = folder_.path() / "medusa.db"});
    make("Sol", "a brave knight");
    const auto next = another();
    next->follower.catch_up();
    EXPECT_EQ(next->follower.distrust(), "it was made from another store");
    expect_true(next->follower);
}

TEST_F(index_follower_story, a_file_that_speaks_of_the_record_saves_its_embedding) {
    const auto luna = make("Luna", "a shy android");
    const auto sol = make("Sol", "a brave knight");
    const auto folder = stored_.reserved->user_folder(luna.owner);
    const auto write = [&](const character& record, const std::string& text) {
        auto of_model = record;
        of_model.embeddings.model = vectors_.model();
        assets_->put(embeddings_path(character_folder({record.id, record.slug, folder})),
                     embeddings_document(of_model, text, vectors_.embed({&text, 1}).front()),
                     if_present::replace);
    };
    write(luna, embedding_text(luna));
    write(sol, "somebody else");
    const auto before = vectors_.embedded.load();
    first_->follower.catch_up();
    EXPECT_EQ(vectors_.embedded - before, 1u);
    expect_true(first_->follower);
}

TEST_F(index_follower_story, a_wish_for_little_work_does_none_where_there_is_much) {
    for (int i = 0; i < 5; ++i) make("Luna " + std::to_string(i), "a shy android");
    EXPECT_EQ(first_->follower.catch_up({}, {}, 4), 5u);
    EXPECT_EQ(first_->follower.index()->size(), 0u);
    EXPECT_FALSE(first_->follower.catch_up({}, {}, 5));
    expect_true(first_->follower);
}

TEST_F(index_follower_story, a_stop_ends_it_and_the_next_call_goes_on) {
    make("Luna", "a shy android");
    std::stop_source stop;
    stop.request_stop();
    try {
        first_->follower.catch_up({}, stop.get_token());
        FAIL();
    } catch (const error& reason) {
        EXPECT_EQ(reason.code(), errc::cancelled);
    }
    first_->follower.catch_up();
    expect_true(first_->follower);
}

TEST_F(index_follower_story, what_goes_after_an_interrupted_start_is_gone) {
    for (int i = 0; i < 300; ++i) make("Luna " + std::to_string(i), "a shy android");
    std::stop_source stop;
    EXPECT_THROW(
        first_->follower.catch_up([&](std::size_t) { stop.request_stop(); }, stop.get_token()),
        error);
    const auto indexed = ids_in(first_->follower);
    ASSERT_FALSE(indexed.empty());
    ASSERT_TRUE(stored_.characters->remove(indexed.front()));
    first_->follower.catch_up();
    expect_true(first_->follower);
}

TEST_F(index_follower_story, searches_go_on_while_it_is_made_anew_and_followed) {
    for (int i = 0; i < 40; ++i) make("Luna " + std::to_string(i), "a shy android");
    first_->follower.catch_up();
    std::atomic<std::size_t> fewest = SIZE_MAX;
    {
        std::jthread reader([&](const std::stop_token& stop) {
            const std::string text = "shy android";
            const auto wanted = vectors_.embed({&text, 1}).front();
            while (!stop.stop_requested()) {
                const auto index = first_->follower.index();
                fewest = std::min(fewest.load(), index->search(wanted, 100).size());
            }
        });
        for (int i = 0; i < 10; ++i) {
            first_->follower.rebuild();
            make("Sol " + std::to_string(i), "a brave knight");
            first_->follower.catch_up();
        }
    }
    EXPECT_GE(fewest, 40u);
    expect_true(first_->follower);
}

TEST_F(index_follower_story, a_service_finds_at_once_what_was_just_stored) {
    std::atomic<int> troubles = 0;
    {
        index_keeper keeper(first_->follower, system_timer(), [&](const error&) { ++troubles; });
        for (int i = 0; i < 5; ++i) {
            const auto made = make("Luna " + std::to_string(i), "a shy android");
            keeper.wait_until_current(20s);
            EXPECT_TRUE(first_->follower.index()->find(made.id));
        }
    }
    EXPECT_EQ(troubles, 0);
    const auto second = another();
    const auto before = vectors_.embedded.load();
    second->follower.catch_up();
    EXPECT_EQ(vectors_.embedded, before);  // the service left a snapshot
    expect_true(second->follower);
}

}  // namespace
}  // namespace medusa
