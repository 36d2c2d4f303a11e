#include "embed/minilm/minilm.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <cmath>
#include <filesystem>
#include <numeric>
#include <thread>

#include "core/error.hpp"

namespace medusa {
namespace {

namespace fs = std::filesystem;

const fs::path models = fs::path(MEDUSA_ROOT) / ".deps" / "models";

// One for all tests: it is made for that, and loading it again would only cost time.
embedder& minilm() {
    static const std::unique_ptr<embedder> made = make_minilm_embedder({.models = models});
    return *made;
}

embedding embed_one(const std::string& text) {
    return minilm().embed(std::span(&text, 1)).front();
}

float cosine(const embedding& a, const embedding& b) {
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0F);
}

TEST(minilm, finds_like_texts_nearer_than_unlike_ones) {
    const embedding elf = embed_one("A mystical elven sorceress with silver hair");
    const embedding alike = embed_one("An elf mage, her hair silver, versed in magic");
    const embedding unlike = embed_one("A grumpy robot mechanic in a neon garage");
    EXPECT_GT(cosine(elf, alike), 0.6F);
    EXPECT_LT(cosine(elf, unlike), 0.4F);
}

TEST(minilm, gives_vectors_of_unit_length_whatever_the_text) {
    std::string ten_thousand_words;
    for (int i = 0; i < 10'000; ++i) ten_thousand_words += "word ";
    for (const std::string& text :
         {std::string(), std::string("Luna"), std::string("🧙‍♀️ ルナ لونا"),
          std::string("\xff\xfe\x00 damaged", 11), ten_thousand_words}) {
        const embedding vector = embed_one(text);
        EXPECT_NEAR(std::sqrt(cosine(vector, vector)), 1.0F, 1e-3F) << text.substr(0, 40);
    }
}

TEST(minilm, keeps_the_order_of_texts_of_mixed_lengths) {
    std::vector<std::string> texts;
    for (int i = 0; i < 40; ++i) {
        std::string text = "character " + std::to_string(i);
        for (int word = 0; word < (i * 37) % 50; ++word) text += " brave";
        texts.push_back(text);
    }
    const auto together = minilm().embed(texts);
    ASSERT_EQ(together.size(), texts.size());
    for (std::size_t i = 0; i < texts.size(); ++i)
        EXPECT_GT(cosine(together[i], embed_one(texts[i])), 0.9995F) << texts[i];
}

TEST(minilm, has_nothing_to_do_for_no_text) {
    EXPECT_TRUE(minilm().embed({}).empty());
}

TEST(minilm, reads_256_tokens_and_no_more) {
    std::string text;
    for (int i = 0; i < 254; ++i) text += "silver ";
    EXPECT_GT(cosine(embed_one(text), embed_one(text + "and a grumpy robot")), 0.9999F);
}

TEST(minilm, serves_many_threads_at_once) {
    const std::vector<std::string> texts{"a pirate captain", "a quiet scholar", "a dragon",
                                         "a knight with a red cloak"};
    const auto expected = minilm().embed(texts);
    std::atomic<int> wrong = 0;
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < 8; ++i)
        threads.emplace_back([&, i] {
            for (std::size_t round = 0; round < 8; ++round) {
                const std::size_t which = (i + round) % texts.size();
                if (cosine(embed_one(texts[which]), expected[which]) < 0.999F) ++wrong;
            }
        });
    threads.clear();
    EXPECT_EQ(wrong, 0);
}

TEST(minilm, names_its_model) {
    EXPECT_EQ(minilm().model(), "all-MiniLM-L6-v2");
}

// A folder of its own with copies of the model's files, removed at the end.
class minilm_files : public testing::Test {
protected:
    void SetUp() override {
        folder_ = fs::temp_directory_path() / ("medusa-minilm-" + std::to_string(getpid()));
        fs::create_directories(folder_);
        for (const char* name : {"vocab.txt", "minilm.xml", "minilm.bin"})
            fs::copy_file(models / name, folder_ / name);
    }
    void TearDown() override { fs::remove_all(folder_); }

    void expect_refused(errc code) {
        try {
            make_minilm_embedder({.models = folder_});
            FAIL() << "accepted";
        } catch (const error& failure) {
            EXPECT_EQ(failure.code(), code) << failure.what();
            EXPECT_NE(failure.advice().find("scripts/setup"), std::string::npos) << failure.what();
        }
    }

    fs::path folder_;
};

TEST_F(minilm_files, are_missed_by_name) {
    fs::remove(folder_ / "minilm.bin");
    expect_refused(errc::storage);
}

TEST_F(minilm_files, are_refused_when_the_graph_is_damaged) {
    fs::resize_file(folder_ / "minilm.xml", fs::file_size(folder_ / "minilm.xml") / 2);
    expect_refused(errc::corrupted);
}

TEST_F(minilm_files, are_refused_when_the_weights_are_cut) {
    fs::resize_file(folder_ / "minilm.bin", fs::file_size(folder_ / "minilm.bin") / 2);
    expect_refused(errc::corrupted);
}

TEST_F(minilm_files, are_refused_when_the_vocabulary_is_cut) {
    fs::resize_file(folder_ / "vocab.txt", fs::file_size(folder_ / "vocab.txt") / 2);
    expect_refused(errc::corrupted);
}

}  // namespace
}  // namespace medusa
