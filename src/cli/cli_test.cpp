#include <gtest/gtest.h>

#include "cli/batch_file.hpp"
#include "cli/csv.hpp"
#include "cli/numbers.hpp"
#include "cli/options.hpp"
#include "cli/progress.hpp"
#include "core/files.hpp"
#include "core/ids.hpp"

namespace medusa {
namespace {

namespace fs = std::filesystem;
using words = std::vector<std::string>;

TEST(csv, reads_what_spreadsheets_write) {
    const auto rows = parse_csv("name,note\r\n\"a, \"\"b\"\"\",\"two\nlines\"\r\n\nc,\n", 9);
    ASSERT_EQ(rows.size(), 3u);
    EXPECT_EQ(rows[0].fields, (words{"name", "note"}));
    EXPECT_EQ(rows[1].fields, (words{"a, \"b\"", "two\nlines"}));
    EXPECT_EQ(rows[2].fields, (words{"c", ""}));
    EXPECT_EQ(rows[1].line, 2);
    EXPECT_EQ(rows[2].line, 5);
}

TEST(csv, says_when_a_quote_stays_open) {
    const auto rows = parse_csv("a,b\n\"open,c\n", 9);
    ASSERT_EQ(rows.size(), 2u);
    EXPECT_TRUE(rows[0].closed);
    EXPECT_FALSE(rows[1].closed);
    EXPECT_TRUE(parse_csv("", 9).empty());
    EXPECT_FALSE(parse_csv("\"", 9).front().closed);
}

TEST(csv, a_line_may_end_as_it_did_on_old_machines) {
    const auto rows = parse_csv("name,note\rAda,\"x\ry\"\r\rBo,\r", 9);
    ASSERT_EQ(rows.size(), 3u);
    EXPECT_EQ(rows[1].fields, (words{"Ada", "x\ry"}));
    EXPECT_EQ(rows[2].fields, (words{"Bo", ""}));
    EXPECT_EQ(rows[2].line, 5);
}

TEST(csv, reads_no_more_than_it_is_asked_for) {
    EXPECT_EQ(parse_csv("a\nb\nc\n\"open", 2).size(), 2u);
    const auto wide = parse_csv(std::string(100'000, ','), 2);
    ASSERT_EQ(wide.size(), 1u);
    EXPECT_EQ(wide.front().fields.size(), csv_fields_max);
}

TEST(numbers, are_decimal_whole_and_in_range) {
    EXPECT_EQ(whole_number("--seed", "9007199254740991", seed_range), 9007199254740991);
    EXPECT_EQ(whole_number("--seed", "010", seed_range), 10);
    for (const char* text : {"-18446744073709551615", "-1", "0x1E240", "1e3", "3.0", "", " 5", "+5",
                             "5 ", "9007199254740992", "99999999999999999999", "many"})
        try {
            whole_number("--seed", text, seed_range);
            ADD_FAILURE() << text;
        } catch (const error& wrong) {
            EXPECT_EQ(wrong.code(), errc::invalid_argument);
            EXPECT_NE(wrong.detail().find("a whole number from 0 to 9,007,199,254,740,991"),
                      std::string::npos)
                << wrong.detail();
        }
    EXPECT_EQ(cfg_number("cfg", "7.5"), 7.5);
    for (const char* text : {"nan", "inf", "0.5", "30.1", "0x8", "", "1e999"})
        EXPECT_THROW(cfg_number("cfg", text), error) << text;
}

TEST(numbers, count_one_and_many) {
    EXPECT_EQ(counted(1, "field"), "1 field");
    EXPECT_EQ(counted(10'000, "character"), "10,000 characters");
}

TEST(options, are_said_again_as_a_shell_reads_them) {
    const std::pair<const char*, const char*> cases[] = {
        {"anime", "anime"},
        {"/a/b.txt", "/a/b.txt"},
        {"", "''"},
        {"Luna S", "'Luna S'"},
        {"it's", "'it'\\''s'"},
        {"$(x)", "'$(x)'"},
        {"лес", "'лес'"},
        {"a\x1b[31m\nb'\\", "$'a\\x1b[31m\\x0ab\\'\\\\'"},
        {"a\xe2\x80\xae", "$'a\\xe2\\x80\\xae'"},
        {"\xff", "$'\\xff'"},
    };
    for (const auto& [text, quoted] : cases) EXPECT_EQ(shell_quoted(text), quoted);
    CLI::App command;
    std::string style;
    bool json = false;
    std::optional<int> steps, count;
    command.add_option("--style", style);
    command.add_flag("--json", json);
    add_whole(command, "--steps", steps, steps_range, "");
    add_whole(command, "--count", count, batch_count_range, "");
    command.parse("--json --count 3 --style 'Pixel Art' --steps 30");
    EXPECT_EQ(given_again(command, {"count"}), " --style 'Pixel Art' --json --steps 30");
    EXPECT_EQ(steps, 30);
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

TEST_F(batch_file_test, lines_are_read_as_other_programs_write_them) {
    const auto entries = read_batch_file(
        file("a.jsonl",
             "\xEF\xBB\xBF{\"name\":\"Ada\",\"steps\":3.0,\"seed\":1e3,\"cfg\":7,\"style\":null}\r"
             "{\"name\":7.5,\"steps\":2.5}\r\n{\"steps\":010}\n{\"nme\":null}\n"),
        {});
    ASSERT_EQ(entries.size(), 4u);
    ASSERT_FALSE(entries[0].unreadable) << entries[0].unreadable->what();
    EXPECT_EQ(entries[0].draft.settings.steps, 3);
    EXPECT_EQ(entries[0].draft.seed, 1000u);
    EXPECT_EQ(entries[0].draft.style, "");
    EXPECT_TRUE(entries[1].unreadable) << "half a step";
    EXPECT_TRUE(entries[2].unreadable);
    EXPECT_TRUE(entries[3].unreadable);
    EXPECT_EQ(entries[2].line, 3);
}

TEST_F(batch_file_test, an_open_quote_takes_the_rest_of_the_file_and_says_so) {
    const auto entries =
        read_batch_file(file("a.csv", "name,description\nAda,x\nBo,\"open\nCy,y\n"), {});
    ASSERT_EQ(entries.size(), 2u);
    EXPECT_FALSE(entries[0].unreadable);
    ASSERT_TRUE(entries[1].unreadable);
    EXPECT_NE(entries[1].unreadable->detail().find("the file was not read"), std::string::npos);
}

TEST_F(batch_file_test, unusable_files_are_refused_whole) {
    EXPECT_THROW(read_batch_file(folder_ / "none.jsonl", {}), error);
    EXPECT_THROW(read_batch_file(file("a.txt", "x"), {}), error);
    EXPECT_THROW(read_batch_file(file("a.jsonl", "\n\n"), {}), error);
    EXPECT_THROW(read_batch_file(file("b.jsonl", "\xff\xfe"), {}), error);
    EXPECT_THROW(read_batch_file(file("a.csv", "nme\nx\n"), {}), error);
    EXPECT_THROW(read_batch_file(file("b.csv", "name,description,name\nx,y,z\n"), {}), error);
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
