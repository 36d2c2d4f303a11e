// How much of what people write the look parser reads: micro-averaged over the fields that the
// texts of tests/data/look_corpus*.txt state. The files say how they are written.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/text.hpp"
#include "domain/lexicon.hpp"
#include "domain/look.hpp"
#include "domain/look_rows.hpp"

namespace medusa {
namespace {

using words = std::vector<std::string>;

words split(std::string_view text, char at) {
    words parts;
    for (std::size_t from = 0; from < text.size();) {
        const auto end = std::min(text.find(at, from), text.size());
        if (end > from) parts.emplace_back(text.substr(from, end - from));
        from = end + 1;
    }
    return parts;
}

bool holds(const words& list, const std::string& word) {
    return std::find(list.begin(), list.end(), word) != list.end();
}

// One thing that a text states, "mood=smug"; more than one word where several are fair.
struct statement {
    std::string field;
    words fair;
};

struct description {
    std::string text;
    std::vector<statement> stated;
    std::vector<statement> allowed;  // may be read, need not be
};

void add_statement(description& into, const std::string& row) {
    if (row == "-") return;
    const auto equals = row.find('=');
    const auto name = row.substr(0, equals);
    auto values = row.substr(equals + 1);
    if (name.ends_with('?')) {
        std::replace(values.begin(), values.end(), '|', ',');
        auto fair = split(values, ',');
        into.allowed.push_back({name.substr(0, name.size() - 1), std::move(fair)});
        return;
    }
    for (const auto& element : split(values, ',')) {
        into.stated.push_back({name, split(element, '|')});
        if (name != "absent") continue;
        const auto kinds = look_lexicon().kinds_of(element);
        into.allowed.push_back({name, {kinds.begin(), kinds.end()}});
    }
}

std::vector<description> descriptions_of(const char* file) {
    std::ifstream lines(std::string(MEDUSA_ROOT "/tests/data/") + file);
    std::vector<description> all;
    bool in_text = false;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("#") || line.empty()) continue;
        if (line.starts_with("  ")) {
            in_text = false;
            for (const auto& row : split(line, ' ')) add_statement(all.back(), row);
        } else if (in_text) {
            all.back().text += "\n" + line;
        } else {
            all.push_back({line, {}, {}});
            in_text = true;
        }
    }
    return all;
}

struct tally {
    int right = 0;
    int missed = 0;
    int false_fields = 0;
    std::string mistakes;

    double precision() const { return double(right) / (right + false_fields); }
    double recall() const { return double(right) / (right + missed); }
    double f1() const { return 2.0 * right / (2.0 * right + missed + false_fields); }
};

// Every word that is read answers at most one statement.
void count(const description& given, tally& into) {
    std::vector<statement> read;
    for (const auto& row : split(fields_of(parse_look(given.text, {})), ' ')) {
        const auto equals = row.find('=');
        for (const auto& word : split(row.substr(equals + 1), ','))
            read.push_back({row.substr(0, equals), {word}});
    }
    std::string mistakes;
    for (const auto& one : given.stated) {
        const auto found = std::find_if(read.begin(), read.end(), [&](const statement& is) {
            return is.field == one.field && holds(one.fair, is.fair[0]);
        });
        if (found != read.end()) {
            ++into.right;
            read.erase(found);
        } else {
            ++into.missed;
            mistakes += fmt::format("  missed {}={}\n", one.field, one.fair[0]);
        }
    }
    for (const auto& is : read) {
        const bool fine = std::any_of(given.allowed.begin(), given.allowed.end(), [&](auto& one) {
            return is.field == one.field && holds(one.fair, is.fair[0]);
        });
        if (fine) continue;
        ++into.false_fields;
        mistakes += fmt::format("  false {}={}\n", is.field, is.fair[0]);
    }
    if (!mistakes.empty()) into.mistakes += given.text + "\n" + mistakes;
}

tally tally_of(const char* name, const std::vector<description>& texts) {
    tally result;
    for (const auto& one : texts) count(one, result);
    fmt::print(
        "look, {} {} texts: F1 {:.3f}, precision {:.3f}, recall {:.3f}, {:.3f} false a text\n",
        texts.size(), name, result.f1(), result.precision(), result.recall(),
        double(result.false_fields) / double(texts.size()));
    return result;
}

// A tenth of a false field for each text is what a reader forgives.
int most_false_fields(const std::vector<description>& texts) {
    return static_cast<int>(texts.size()) / 10;
}

TEST(look_accuracy, of_the_texts_that_the_words_were_tuned_on) {
    const auto texts = descriptions_of("look_corpus.txt");
    ASSERT_EQ(texts.size(), 240u);
    const auto result = tally_of("tuned", texts);
    EXPECT_GE(result.f1(), 0.95) << result.mistakes;
    EXPECT_LE(result.false_fields, most_false_fields(texts)) << result.mistakes;
}

// What is wrong in these is not shown: nobody tunes on them.
TEST(look_accuracy, of_the_texts_set_apart) {
    const auto texts = descriptions_of("look_corpus_held_out.txt");
    ASSERT_EQ(texts.size(), 80u);
    const auto result = tally_of("held-out", texts);
    EXPECT_GE(result.f1(), 0.88);
    EXPECT_LE(result.false_fields, most_false_fields(texts));
}

double time_of_one_ms(const std::string& text) {
    using clock = std::chrono::steady_clock;
    const auto start = clock::now();
    parse_look(text, {});
    return std::chrono::duration<double, std::milli>(clock::now() - start).count();
}

// The better of two tries counts, since the machine may be busy with something else in one.
double slowest_ms(const words& texts) {
    double slowest = 0;
    for (const auto& text : texts)
        slowest = std::max(slowest, std::min(time_of_one_ms(text), time_of_one_ms(text)));
    return slowest;
}

// The time is printed for who reads the log and not asserted.
TEST(look_accuracy, long_texts_and_random_bytes_are_read_at_once) {
    std::string everything;
    for (const auto& one : descriptions_of("look_corpus.txt")) everything += one.text + " ";
    words long_texts;
    for (std::size_t at = 0; at + 4'000 < everything.size(); at += 4'000)
        long_texts.push_back(everything.substr(at, 4'000));
    ASSERT_GE(long_texts.size(), 3u);

    std::mt19937 random(7);
    words noise(2'000);
    for (auto& text : noise)
        for (auto left = random() % 400; left > 0; --left) text += static_cast<char>(random());
    long_texts.push_back(std::string(2'000, 'a') + std::string(2'000, '-'));
    fmt::print(
        "look, slowest of {} texts of 4,000 characters: {:.2f} ms, of {} random: {:.2f} ms\n",
        long_texts.size(), slowest_ms(long_texts), noise.size(), slowest_ms(noise));
    EXPECT_FALSE(parse_look(long_texts[0], {}).hair_color.empty());
}

}  // namespace
}  // namespace medusa
