// Is what we compute the published model? Tokens and vectors of 243 texts (character descriptions,
// many scripts, emoji, damaged and empty input, texts far beyond 256 tokens) against those that
// make_reference.py took from Hugging Face's tokenizers and from sentence-transformers in fp32.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <boost/json.hpp>
#include <cmath>
#include <filesystem>
#include <numeric>

#include "core/files.hpp"
#include "embed/minilm/minilm.hpp"
#include "embed/minilm/wordpiece.hpp"

namespace medusa {
namespace {

const std::filesystem::path root = MEDUSA_ROOT;
const std::filesystem::path here = root / "tests" / "embed_fidelity";
constexpr std::size_t max_bytes = 1 << 20;
constexpr std::size_t neighbours = 10;

std::vector<boost::json::value> read_lines(const char* name) {
    const std::string content = read_file(here / name, max_bytes);
    std::vector<boost::json::value> values;
    for (std::size_t at = 0; at < content.size();) {
        const std::size_t end = content.find('\n', at);
        values.push_back(boost::json::parse(std::string_view(content).substr(at, end - at)));
        at = end + 1;
    }
    return values;
}

const std::vector<std::string>& texts() {
    static const auto all = [] {
        std::vector<std::string> result;
        for (const auto& line : read_lines("texts.jsonl")) result.emplace_back(line.as_string());
        return result;
    }();
    return all;
}

// IEEE 754 binary16. The components of a unit vector are at most 1, so neither infinity nor NaN.
float from_half(std::uint16_t half) {
    const int exponent = (half >> 10) & 31;
    const auto fraction = float(half & 1023);
    const float magnitude =
        exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024.0F + fraction, exponent - 25);
    return (half & 0x8000) != 0 ? -magnitude : magnitude;
}

std::vector<embedding> reference() {
    const std::string bytes = read_file(here / "vectors.f16", max_bytes);
    std::vector<embedding> vectors(bytes.size() / sizeof(std::uint16_t) / embedding_dimension);
    for (std::size_t i = 0; i < vectors.size() * embedding_dimension; ++i) {
        const auto low = std::uint8_t(bytes[2 * i]);
        const auto high = std::uint8_t(bytes[2 * i + 1]);
        vectors[i / embedding_dimension][i % embedding_dimension] =
            from_half(std::uint16_t(low | high << 8));
    }
    return vectors;
}

double cosine(const embedding& a, const embedding& b) {
    const double dot = std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
    const double lengths = std::inner_product(a.begin(), a.end(), a.begin(), 0.0) *
                           std::inner_product(b.begin(), b.end(), b.begin(), 0.0);
    return dot / std::sqrt(lengths);
}

// The ten nearest to `vectors[which]`, nearest first.
std::vector<std::size_t> nearest(const std::vector<embedding>& vectors, std::size_t which) {
    std::vector<std::pair<double, std::size_t>> others;
    for (std::size_t i = 0; i < vectors.size(); ++i)
        if (i != which) others.emplace_back(-cosine(vectors[which], vectors[i]), i);
    std::ranges::partial_sort(others, others.begin() + neighbours);
    std::vector<std::size_t> result;
    for (std::size_t i = 0; i < neighbours; ++i) result.push_back(others[i].second);
    return result;
}

TEST(fidelity, tokens_are_those_of_the_published_tokenizer) {
    const wordpiece tokenizer(read_file(root / ".deps" / "models" / "vocab.txt", max_bytes));
    const auto expected = read_lines("tokens.jsonl");
    ASSERT_EQ(expected.size(), texts().size());
    for (std::size_t i = 0; i < expected.size(); ++i)
        EXPECT_EQ(tokenizer.encode(texts()[i], 256),
                  boost::json::value_to<std::vector<std::int32_t>>(expected[i]))
            << "text " << i + 1 << ": " << texts()[i].substr(0, 80);
}

TEST(fidelity, vectors_are_those_of_the_fp32_model) {
    const auto expected = reference();
    ASSERT_GE(expected.size(), 200U);
    ASSERT_EQ(expected.size(), texts().size());
    const auto ours = make_minilm_embedder({.models = root / ".deps" / "models"})->embed(texts());

    double least = 1;
    double sum = 0;
    std::size_t in_the_ten = 0;
    std::size_t in_place = 0;
    for (std::size_t i = 0; i < ours.size(); ++i) {
        const double near = cosine(ours[i], expected[i]);
        EXPECT_GE(near, 0.998) << "text " << i + 1 << ": " << texts()[i].substr(0, 80);
        least = std::min(least, near);
        sum += near;
        const auto found = nearest(ours, i);
        const auto wanted = nearest(expected, i);
        for (std::size_t place = 0; place < neighbours; ++place) {
            in_place += found[place] == wanted[place];
            in_the_ten += std::ranges::count(wanted, found[place]);
        }
    }
    const auto count = double(ours.size());
    const double same_ten = double(in_the_ten) / (count * neighbours);
    const double same_place = double(in_place) / (count * neighbours);
    fmt::print(
        "{} texts: cosine at least {:.6f}, mean {:.6f}; neighbours: {:.2f} % among the ten, "
        "{:.2f} % in the same place\n",
        ours.size(), least, sum / count, 100 * same_ten, 100 * same_place);
    EXPECT_GE(sum / count, 0.999);
    EXPECT_GE(same_ten, 0.97);
}

}  // namespace
}  // namespace medusa
