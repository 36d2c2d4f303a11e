#include "embed/gathering.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <thread>

#include "core/error.hpp"

namespace medusa {
namespace {

// The first number of a vector is that of its text. Holds its first batch until it is let go.
class held_embedder final : public embedder {
public:
    std::vector<embedding> embed(std::span<const std::string> texts) override {
        batches.push_back(texts.size());
        if (batches.size() == 1) {
            begun.count_down();
            go_on.wait();
        }
        std::vector<embedding> made;
        for (const auto& text : texts) {
            if (text == "bad") throw error(errc::internal, "the model failed");
            made.push_back({std::stof(text)});
        }
        return made;
    }
    std::string_view model() const override { return "held"; }

    std::vector<std::size_t> batches;  // one at a time is computed
    std::latch begun{1};
    std::latch go_on{1};
};

class gathering_test : public testing::Test {
protected:
    // Asks from a thread of its own, and returns once it waits.
    void ask(std::vector<std::string> texts) {
        threads_.emplace_back([this, texts = std::move(texts)] {
            ++asking_;
            try {
                const auto vectors = gathering_->embed(texts);
                for (std::size_t i = 0; i < texts.size(); ++i)
                    if (vectors[i][0] == std::stof(texts[i])) ++right_;
            } catch (const error&) {
                ++failed_;
            }
        });
        while (asking_ < int(threads_.size())) std::this_thread::yield();
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    void finish() {
        inside_->go_on.count_down();
        for (auto& one : threads_) one.join();
    }

    held_embedder* inside_ = new held_embedder;
    std::unique_ptr<embedder> gathering_ =
        make_gathering_embedder(std::unique_ptr<embedder>(inside_));
    std::vector<std::thread> threads_;
    std::atomic<int> asking_ = 0;
    std::atomic<int> right_ = 0;
    std::atomic<int> failed_ = 0;
};

TEST_F(gathering_test, what_is_asked_while_a_batch_is_computed_becomes_the_next_one) {
    ask({"1"});
    inside_->begun.wait();
    ask({"2"});
    ask({"3", "4"});
    ask({"5"});
    finish();
    EXPECT_EQ(right_, 5);
    EXPECT_EQ(inside_->batches, (std::vector<std::size_t>{1, 4}));
}

TEST_F(gathering_test, a_batch_has_its_largest_size_and_many_texts_are_one_of_their_own) {
    ask({"1"});
    inside_->begun.wait();
    ask(std::vector<std::string>(gathered_most + 5, "7"));
    ask(std::vector<std::string>(gathered_most - 1, "8"));
    ask({"9", "10"});
    finish();
    EXPECT_EQ(right_, int(2 * gathered_most + 7));
    ASSERT_EQ(inside_->batches.size(), 4u);
    for (const auto size : inside_->batches) EXPECT_LE(size, gathered_most + 5);
}

TEST_F(gathering_test, a_failure_is_told_to_all_of_its_batch_and_to_nobody_else) {
    ask({"1"});
    inside_->begun.wait();
    ask({"2"});
    ask({"bad"});
    finish();
    EXPECT_EQ(failed_, 2);
    EXPECT_EQ(right_, 1);
    const std::string later = "3";
    EXPECT_EQ(gathering_->embed({&later, 1})[0][0], 3);
    EXPECT_TRUE(gathering_->embed({}).empty());
}

}  // namespace
}  // namespace medusa
