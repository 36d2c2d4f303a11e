// Vectors of many characters or texts, as medusa makes them: lines of JSON from stdin, one vector
// of 384 floats (little endian, unit length) a line to stdout, in order. A line is a character with
// name, description, style and tags, which is embedded as medusa stores it, or a string.
//
//   embed_lines MODELS [threads] <lines.jsonl >vectors.f32
#include <fmt/format.h>

#include <boost/json.hpp>
#include <cstdlib>
#include <iostream>

#include "core/error.hpp"
#include "embed/minilm/minilm.hpp"
#include "pipeline/draft_to_character.hpp"
#include "support/draft_line.hpp"

namespace {

namespace json = boost::json;

// Enough for neighbours in length to share runs, few enough to lose little when stopped.
constexpr std::size_t lines_at_once = 512;

std::string text_of(const json::value& line) {
    if (line.is_string()) return std::string(line.as_string());
    const auto draft = medusa::testing_support::draft_of(line);
    return medusa::embedding_text(medusa::draft_to_character(medusa::validate(draft)));
}

void write_vectors(medusa::embedder& model, std::vector<std::string>& texts) {
    for (const medusa::embedding& vector : model.embed(texts))
        std::cout.write(reinterpret_cast<const char*>(vector.data()), sizeof vector);
    std::cout.flush();
    texts.clear();
}

int run(const char* models, int threads) {
    const auto model = medusa::make_minilm_embedder({.models = models, .threads = threads});
    std::vector<std::string> texts;
    for (std::string line; std::getline(std::cin, line);) {
        texts.push_back(text_of(json::parse(line)));
        if (texts.size() == lines_at_once) write_vectors(*model, texts);
    }
    if (!texts.empty()) write_vectors(*model, texts);
    return std::cout ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        fmt::print(stderr, "usage: embed_lines MODELS [threads] <lines.jsonl >vectors.f32\n");
        return 2;
    }
    try {
        return run(argv[1], argc > 2 ? std::atoi(argv[2]) : 2);
    } catch (const std::exception& failure) {
        fmt::print(stderr, "embed_lines: {}\n", failure.what());
        return 1;
    }
}
