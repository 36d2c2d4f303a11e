// Runs a fuzz target: first over a corpus, then over what comes of it by chance, keeping what
// reaches new code.
//
//   fuzz_x CORPUS [--seconds N] [--seed N] [--keep]
//
// The target runs in a child process. An input that ends it, or takes more than ten seconds of
// processor time, is written to a file named crash-..., and the exit status is 1; `fuzz_x FILE`
// runs it once more.
// --keep adds new inputs to the corpus. The result is one line: executions, edges, corpus.

#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "coverage.hpp"
#include "fuzz.hpp"
#include "mutations.hpp"

namespace medusa::fuzzing {
namespace {

namespace fs = std::filesystem;
using steady = std::chrono::steady_clock;

constexpr time_t processor_seconds_max = 10;
constexpr unsigned seconds_max = 300;  // of a deadlock; a busy machine may well stand still a while

struct wish {
    fs::path corpus;
    long seconds = 0;
    std::uint64_t seed = 1;
    bool keeps = false;
};

// What parent and child share: the input that is at work.
struct shared_input {
    std::size_t size = 0;
    char bytes[input_bytes_max];
};

std::string read(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

// FNV-1a: a name for a file, no more.
std::string name_of(const std::string& input) {
    std::uint64_t hash = 0xcbf29ce484222325;
    for (const char c : input) hash = (hash ^ std::uint8_t(c)) * 0x100000001b3;
    char text[17];
    std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(hash));
    return text;
}

void write(const fs::path& file, const std::string& input) {
    std::ofstream(file, std::ios::binary) << input;
}

// Zeroes: as much as it likes.
void allow(time_t processor_seconds, unsigned seconds) {
    const itimerval budget{{0, 0}, {processor_seconds, 0}};
    ::setitimer(ITIMER_PROF, &budget, nullptr);
    ::alarm(seconds);
}

class run {
public:
    run(const wish& wanted, shared_input& at_work) : wanted_(wanted), at_work_(at_work) {}

    void all() {
        std::vector<fs::path> files;
        if (fs::is_directory(wanted_.corpus))
            for (const auto& entry : fs::directory_iterator(wanted_.corpus))
                files.push_back(entry.path());
        else
            files.push_back(wanted_.corpus);
        std::sort(files.begin(), files.end());
        for (const auto& file : files) {
            corpus_.push_back(read(file));
            reaches_new(corpus_.back());
        }
        const auto given = corpus_.size();
        if (corpus_.empty()) corpus_.emplace_back();
        mutator change(wanted_.seed);
        const auto until = steady::now() + std::chrono::seconds(wanted_.seconds);
        while (steady::now() < until) {
            auto input = change.changed(corpus_);
            if (!reaches_new(input)) continue;
            if (wanted_.keeps) write(wanted_.corpus / name_of(input), input);
            corpus_.push_back(std::move(input));
        }
        std::printf("%zu executions, %zu edges, corpus %zu of which %zu new\n", executions_,
                    edges_known(), corpus_.size(), corpus_.size() - given);
    }

private:
    bool reaches_new(const std::string& input) {
        at_work_.size = std::min(input.size(), input_bytes_max);
        std::memcpy(at_work_.bytes, input.data(), at_work_.size);
        // A copy of its own size, so that a byte read beyond its end is seen.
        const std::vector<std::uint8_t> bytes(at_work_.bytes, at_work_.bytes + at_work_.size);
        forget_counts();
        allow(processor_seconds_max, seconds_max);
        LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
        allow(0, 0);
        ++executions_;
        return learn_counts() > 0;
    }

    const wish& wanted_;
    shared_input& at_work_;
    std::vector<std::string> corpus_;
    std::size_t executions_ = 0;
};

int watched(const wish& wanted) {
    void* memory = ::mmap(nullptr, sizeof(shared_input), PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) return 2;
    auto& at_work = *new (memory) shared_input;
    std::fflush(nullptr);
    const auto child = ::fork();
    if (child < 0) return 2;
    if (child == 0) {
        run(wanted, at_work).all();
        std::fflush(nullptr);
        ::_exit(0);
    }
    int status = 0;
    if (::waitpid(child, &status, 0) != child) return 2;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return 0;
    const std::string input(at_work.bytes, at_work.size);
    const auto file = "crash-" + name_of(input);
    write(file, input);
    const bool hung =
        WIFSIGNALED(status) && (WTERMSIG(status) == SIGALRM || WTERMSIG(status) == SIGPROF);
    std::fprintf(stderr, "%s: the input is in %s\n", hung ? "it hangs" : "it crashed",
                 file.c_str());
    return 1;
}

}  // namespace
}  // namespace medusa::fuzzing

int main(int count, char** arguments) {
    const std::vector<std::string> words(arguments + 1, arguments + count);
    medusa::fuzzing::wish wanted;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (words[i] == "--keep")
            wanted.keeps = true;
        else if (words[i] == "--seconds" && i + 1 < words.size())
            wanted.seconds = std::atol(words[++i].c_str());
        else if (words[i] == "--seed" && i + 1 < words.size())
            wanted.seed = std::strtoull(words[++i].c_str(), nullptr, 10);
        else
            wanted.corpus = words[i];
    }
    if (wanted.corpus.empty()) {
        std::fputs("usage: fuzz_x CORPUS|FILE [--seconds N] [--seed N] [--keep]\n", stderr);
        return 2;
    }
    return medusa::fuzzing::watched(wanted);
}
