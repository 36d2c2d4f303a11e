#include <gtest/gtest.h>

#include "cli/batch_file.hpp"
#include "cli/csv.hpp"
#include "cli/progress.hpp"
#include "core/files.hpp"
#include "core/ids.hpp"

namespace medusa {
namespace {

namespace fs = std::filesystem;
using words = std::vector<std::string>;

TEST(csv, reads_what_spreadsheets_write) {
    const auto rows =
        parse_csv("\xEF\xBB\xBFname,note\r\n\"a, \"\"b\"\"\",\"two\nlines\"\r\n\nc,\n");
    ASSERT_EQ(rows.size(), 3u);
    EXPECT_EQ(rows[0].fields, (words{"name", "note"}));
    EXPECT_EQ(rows[1].fields, (words{"a, \"b\"", "two\nlines"}));
    EXPECT_EQ(rows[2].fields, (words{"c", ""}));
    EXPECT_EQ(rows[1].line, 2);
    EXPECT_EQ(rows[2].line, 5);
}

TEST(csv, says_when_a_quote_stays_open) {
    const auto rows = parse_csv("a,b\n\"open,c\n");
    ASSERT_EQ(rows.size(), 2u);
    EXPECT_TRUE(rows[0].closed);
    EXPECT_FALSE(rows[1].closed);
    EXPECT_TRUE(parse_csv("").empty());
}

class batch_file_test : public testing::Test {
protected:
    void SetUp() override {
        folder_ = fs::temp_directory_path() / ("medusa-cli-" + random_ids().uuid());
    }
    void TearDown() override { fs::remove_all(folder_); }

    fs::path file(const char* name, std::string_view text) {
        write_file_atomic(folder_ / name, text);
        return folder_ / name;
    }

    fs::path folder_;
};

TEST_F(batch_file_test, a_line_overrides_the_options_of_the_command) {
    character_draft defaults;
    defaults.style = "anime";
    defaults.settings.steps = 30;
    const auto entries = read_batch_file(
        file("a.jsonl", R"({"name":"Ada","description":"x","steps":12,"cfg":7.5,"seed":3}
{"name":"Bo","description":"y","style":"comic","tags":["kind","wise"]})"),
        defaults);
    ASSERT_EQ(entries.size(), 2u);
    EXPECT_EQ(entries[0].draft.style, "anime");
    EXPECT_EQ(entries[0].draft.settings.steps, 12);
    EXPECT_EQ(entries[0].draft.settings.cfg, 7.5);
    EXPECT_EQ(entries[0].draft.seed, 3u);
    EXPECT_EQ(entries[1].draft.style, "comic");
    EXPECT_EQ(entries[1].draft.settings.steps, 30);
    EXPECT_EQ(entries[1].draft.tags, (words{"kind", "wise"}));
}

TEST_F(batch_file_test, lines_that_cannot_be_read_say_why_and_where) {
    const auto entries = read_batch_file(file("a.jsonl",
                                              "{\"name\":1}\n[]\n{\"nme\":\"x\"}\n"
                                              "{\"steps\":\"many\"}\n{\"tags\":[1]}\n"
                                              "{\"name\":{}}\n{\"name\":\"x\"\n"),
                                         {});
    ASSERT_EQ(entries.size(), 7u);
    EXPECT_FALSE(entries[0].unreadable);  // a number is a name as good as any
    for (std::size_t i = 1; i < entries.size(); ++i) {
        ASSERT_TRUE(entries[i].unreadable) << i;
        EXPECT_EQ(entries[i].line, int(i) + 1);
    }
    EXPECT_NE(std::string(entries[2].unreadable->what()).find("Did you mean name?"),
              std::string::npos);
}

TEST_F(batch_file_test, unusable_files_are_refused_whole) {
    EXPECT_THROW(read_batch_file(folder_ / "none.jsonl", {}), error);
    EXPECT_THROW(read_batch_file(file("a.txt", "x"), {}), error);
    EXPECT_THROW(read_batch_file(file("a.jsonl", "\n\n"), {}), error);
    EXPECT_THROW(read_batch_file(file("b.jsonl", "\xff\xfe"), {}), error);
    EXPECT_THROW(read_batch_file(file("a.csv", "nme\nx\n"), {}), error);
    EXPECT_THROW(read_batch_file(file("c.jsonl",
                                      [] {
                                          std::string many;
                                          for (int i = 0; i < 10'001; ++i) many += "{}\n";
                                          return many;
                                      }()),
                                 {}),
                 error);
}

TEST(progress, a_bar_fills_from_the_left) {
    EXPECT_EQ(bar(0, 4), "░░░░");
    EXPECT_EQ(bar(0.5, 4), "██░░");
    EXPECT_EQ(bar(2, 4), "████");
}

}  // namespace
}  // namespace medusa
