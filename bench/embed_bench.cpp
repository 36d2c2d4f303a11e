// Our side of bench/embedding.py: embeds a file of texts and prints one JSON object with the time
// to load, to a first text, of a text alone and of all of them together.
//
//   embed_bench MODELS TEXTS.jsonl [threads]
#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <thread>

#include "core/error.hpp"
#include "core/files.hpp"
#include "embed/gathering.hpp"
#include "embed/minilm/minilm.hpp"

namespace {

using medusa::embedder;

constexpr std::size_t max_bytes = 64 << 20;
constexpr std::size_t singles = 200;

template <typename Work>
double seconds(const Work& work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

std::vector<std::string> read_texts(const char* path) {
    std::istringstream lines(medusa::read_file(path, max_bytes));
    std::vector<std::string> texts;
    for (std::string line; std::getline(lines, line);)
        texts.emplace_back(boost::json::parse(line).as_string());
    return texts;
}

double median_single(embedder& model, std::span<const std::string> texts) {
    std::vector<double> each;
    for (std::size_t i = 0; i < singles; ++i)
        each.push_back(seconds([&] { model.embed(texts.subspan(i % texts.size(), 1)); }));
    std::ranges::nth_element(each, each.begin() + singles / 2);
    return each[singles / 2];
}

// Texts a second when so many threads ask for one at a time.
double one_by_one(embedder& model, std::span<const std::string> texts) {
    constexpr std::size_t callers = 8;
    const double took = seconds([&] {
        std::vector<std::jthread> threads;
        for (std::size_t caller = 0; caller < callers; ++caller)
            threads.emplace_back([&, caller] {
                for (auto i = caller; i < texts.size(); i += callers)
                    model.embed(texts.subspan(i, 1));
            });
    });
    return double(texts.size()) / took;
}

// Of this program alone: getrusage() would count what the process was before it became this
// program.
double peak_rss_mb() {
    std::ifstream status("/proc/self/status");
    for (std::string word; status >> word;)
        if (double kib = 0; word == "VmHWM:" && status >> kib) return kib / 1024;
    return 0;
}

int run(const char* models, const char* file, int threads) {
    const auto texts = read_texts(file);
    const std::span<const std::string> all = texts;
    std::unique_ptr<embedder> model;
    const double load = seconds(
        [&] { model = medusa::make_minilm_embedder({.models = models, .threads = threads}); });
    const double first = seconds([&] { model->embed(all.first(1)); });
    model->embed(all);  // each shape of a run is prepared once
    const double together = seconds([&] { model->embed(all); });
    const double single = median_single(*model, all);
    const double alone = one_by_one(*model, all);
    const auto gathering = medusa::make_gathering_embedder(std::move(model));
    one_by_one(*gathering, all);
    const double gathered = one_by_one(*gathering, all);
    fmt::print(
        "{{\"load_ms\": {:.1f}, \"first_ms\": {:.1f}, \"texts_per_s\": {:.1f}, "
        "\"single_ms\": {:.3f}, \"alone_per_s\": {:.1f}, \"gathered_per_s\": {:.1f}, "
        "\"peak_rss_mb\": {:.0f}}}\n",
        load * 1e3, first * 1e3, double(texts.size()) / together, single * 1e3, alone, gathered,
        peak_rss_mb());
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 3) {
        fmt::print(stderr, "usage: embed_bench MODELS TEXTS.jsonl [threads]\n");
        return 2;
    }
    try {
        return run(argv[1], argv[2], argc > 3 ? std::atoi(argv[3]) : 2);
    } catch (const std::exception& failure) {
        fmt::print(stderr, "embed_bench: {}\n", failure.what());
        return 1;
    }
}
