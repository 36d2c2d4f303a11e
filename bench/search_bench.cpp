// Our side of bench/search.py, and hnswlib as it comes: one step a run, so that each one's memory
// can be told. Prints one JSON object.
//
//   search_bench flat    VECTORS COUNT QUERIES TRUTH            the exact scan; writes the truth
//   search_bench build   VECTORS COUNT SNAPSHOT                 the graph, made and saved
//   search_bench use     VECTORS COUNT QUERIES TRUTH SNAPSHOT   the graph, loaded and searched
//   search_bench curve   VECTORS COUNT QUERIES TRUTH SNAPSHOT   the same with several breadths
//   search_bench hnswlib VECTORS COUNT QUERIES TRUTH            float32, the same parameters
//
// VECTORS holds rows of 384 floats of unit length: COUNT to be found, then at least QUERIES and
// 2,000 more. TRUTH holds for each query ten ids of the nearest, and ten among those that have the
// tag that one entry of a hundred has.
#include <fcntl.h>
#include <fmt/format.h>
#include <hnswlib/hnswlib.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <fstream>
#include <map>
#include <numeric>
#include <random>
#include <set>
#include <thread>

#include "core/error.hpp"
#include "core/files.hpp"
#include "search/flat/flat_index.hpp"
#include "search/hnsw/hnsw_index.hpp"

namespace {

using medusa::entry_labels;
using medusa::vector_index;

constexpr std::size_t dimension = 384;
constexpr std::size_t k = 10;
constexpr std::size_t inserts = 2'000;
constexpr int rounds = 3;
constexpr std::array<std::size_t, 7> breadths{32, 64, 96, 128, 192, 256, 384};
const medusa::vector_space space{dimension, "all-MiniLM-L6-v2"};
const entry_labels hundredth{"", "", {"one of a hundred"}};
using row = std::vector<float>;
using truth_rows = std::vector<std::array<std::int64_t, 2 * k>>;

double seconds_of(clockid_t clock) {
    timespec now{};
    ::clock_gettime(clock, &now);
    return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

double wall() {
    return seconds_of(CLOCK_MONOTONIC);
}

double resident_mb() {
    std::ifstream status("/proc/self/status");
    for (std::string word; status >> word;) {
        if (double kib = 0; word == "VmRSS:" && status >> kib) return kib * 1024 / 1e6;
    }
    return 0;
}

class vector_file {
public:
    explicit vector_file(const char* path) : file_(::open(path, O_RDONLY)), path_(path) {}
    row at(std::size_t number) const {
        row vector(dimension);
        const auto bytes = dimension * sizeof(float);
        const auto got =
            ::pread(file_.get(), vector.data(), bytes, static_cast<off_t>(number * bytes));
        if (got != static_cast<ssize_t>(bytes)) medusa::fail_file("read", path_, errno);
        return vector;
    }

private:
    medusa::descriptor file_;
    const char* path_;
};

// As users label theirs: an owner of ten thousand, one of five styles, up to eight tags of 300.
entry_labels labels_of(std::size_t number) {
    std::mt19937 dice(static_cast<unsigned>(number));
    entry_labels labels{
        fmt::format("user-{}", dice() % 10'000), fmt::format("style{}", dice() % 5), {}};
    for (auto tags = dice() % 9; tags > 0; --tags) {
        labels.tags.push_back(fmt::format("tag number {}", dice() % 300));
    }
    if (number % 100 == 0) labels.tags.push_back(hundredth.tags[0]);
    return labels;
}

std::string quantiles(std::vector<double> seconds) {
    std::ranges::sort(seconds);
    const auto at = [&](double share) {
        return 1e3 * seconds[static_cast<std::size_t>(share * static_cast<double>(seconds.size()))];
    };
    const double mean =
        std::accumulate(seconds.begin(), seconds.end(), 0.0) / static_cast<double>(seconds.size());
    return fmt::format(R"({{"mean_ms":{:.4f},"p50_ms":{:.4f},"p99_ms":{:.4f},"max_ms":{:.3f}}})",
                       1e3 * mean, at(0.5), at(0.99), 1e3 * seconds.back());
}

struct measured {
    std::vector<double> wall;
    std::vector<double> cpu;  // of the thread: without what others took of the machine
    std::size_t right = 0;
    std::size_t wanted = 0;

    std::string json() const {
        return fmt::format(R"({{"recall":{:.5f},"wall":{},"cpu":{}}})",
                           static_cast<double>(right) / static_cast<double>(wanted),
                           quantiles(wall), quantiles(cpu));
    }
};

// search(query) gives ids; the truth for it begins at `offset` in its row.
template <typename Search>
measured measure(const std::vector<row>& queries, const truth_rows& truth, std::size_t offset,
                 Search search) {
    measured result;
    for (const auto& query : queries) {
        search(query);
    }
    for (int round = 0; round < rounds; ++round) {
        for (std::size_t i = 0; i < queries.size(); ++i) {
            const double wall_before = wall();
            const double cpu_before = seconds_of(CLOCK_THREAD_CPUTIME_ID);
            const auto ids = search(queries[i]);
            result.cpu.push_back(seconds_of(CLOCK_THREAD_CPUTIME_ID) - cpu_before);
            result.wall.push_back(wall() - wall_before);
            const auto* begin = truth[i].data() + offset;
            const std::set<std::int64_t> right(begin, begin + k);
            result.right += static_cast<std::size_t>(
                std::ranges::count_if(ids, [&](auto id) { return right.contains(id); }));
            result.wanted += k;
        }
    }
    return result;
}

std::vector<std::int64_t> found(const vector_index& index, const row& query,
                                const entry_labels& filter) {
    std::vector<std::int64_t> ids;
    for (const auto& hit : index.search(query, k, filter)) {
        ids.push_back(hit.id);
    }
    return ids;
}

std::vector<row> queries_of(const vector_file& vectors, std::size_t count, std::size_t queries) {
    std::vector<row> rows;
    for (std::size_t i = 0; i < queries; ++i) {
        rows.push_back(vectors.at(count + i));
    }
    return rows;
}

truth_rows read_truth(const char* path, std::size_t queries) {
    truth_rows truth(queries);
    std::ifstream(path, std::ios::binary)
        .read(reinterpret_cast<char*>(truth.data()),
              static_cast<std::streamsize>(queries * sizeof truth[0]));
    return truth;
}

// What one thread gets of the memory when it only adds up what it reads.
double bandwidth_gb_s(std::size_t bytes) {
    std::vector<std::uint64_t> memory(bytes / sizeof(std::uint64_t), 1);
    double best = 0;
    for (int round = 0; round < 5; ++round) {
        const double before = seconds_of(CLOCK_THREAD_CPUTIME_ID);
        volatile auto sum = std::accumulate(memory.begin(), memory.end(), std::uint64_t{0});
        static_cast<void>(sum);
        best = std::max(best, static_cast<double>(bytes) / 1e9 /
                                  (seconds_of(CLOCK_THREAD_CPUTIME_ID) - before));
    }
    return best;
}

void run_flat(const vector_file& vectors, std::size_t count, std::size_t queries,
              const char* truth_path) {
    const auto index = medusa::make_flat_index(space);
    for (std::size_t i = 0; i < count; ++i) {
        index->upsert(static_cast<std::int64_t>(i), vectors.at(i), labels_of(i));
    }
    truth_rows truth(queries);
    std::vector<double> cpu;
    std::vector<double> filtered;
    for (std::size_t i = 0; i < queries; ++i) {
        const auto query = vectors.at(count + i);
        const auto before = seconds_of(CLOCK_THREAD_CPUTIME_ID);
        const auto all = found(*index, query, {});
        const auto between = seconds_of(CLOCK_THREAD_CPUTIME_ID);
        const auto few = found(*index, query, hundredth);
        cpu.push_back(between - before);
        filtered.push_back(seconds_of(CLOCK_THREAD_CPUTIME_ID) - between);
        std::ranges::copy(all, truth[i].begin());
        std::ranges::copy(few, truth[i].begin() + k);
    }
    medusa::write_file_atomic(
        truth_path, {reinterpret_cast<const char*>(truth.data()), truth.size() * sizeof truth[0]});
    const double bytes = static_cast<double>(count * dimension * sizeof(float));
    const double speed = bytes / 1e9 / *std::ranges::min_element(cpu);
    const double memory =
        bandwidth_gb_s(std::max<std::size_t>(count * dimension * 4, std::size_t{512} << 20));
    fmt::print(R"({{"cpu":{},"filtered_cpu":{},"scan_gb_s":{:.2f},"memory_gb_s":{:.2f},)"
               R"("of_bandwidth":{:.3f},"resident_mb":{:.1f}}})"
               "\n",
               quantiles(cpu), quantiles(filtered), speed, memory, speed / memory, resident_mb());
}

void run_build(const vector_file& vectors, std::size_t count, const char* snapshot) {
    const auto index = medusa::make_hnsw_index(space, {});
    const double cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
    const double before = wall();
    for (std::size_t i = 0; i < count; ++i) {
        index->upsert(static_cast<std::int64_t>(i), vectors.at(i), labels_of(i));
    }
    const double built = wall();
    const double built_cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
    index->save(snapshot, "0");
    fmt::print(R"({{"build_s":{:.2f},"build_cpu_s":{:.2f},"save_s":{:.2f},"snapshot_mb":{:.1f}}})"
               "\n",
               built - before, built_cpu - cpu, wall() - built,
               static_cast<double>(std::filesystem::file_size(snapshot)) / 1e6);
}

// A thread that searches without a pause while this one inserts.
std::string searched_while_inserting(vector_index& index, const vector_file& vectors,
                                     std::size_t first, const std::vector<row>& queries) {
    std::atomic<bool> inserting{true};
    std::vector<double> seconds;
    std::jthread reader([&] {
        for (std::size_t i = 0; inserting; ++i) {
            const double before = wall();
            index.search(queries[i % queries.size()], k);
            seconds.push_back(wall() - before);
        }
    });
    const double before = wall();
    const double cpu = seconds_of(CLOCK_THREAD_CPUTIME_ID);
    for (std::size_t i = first; i < first + inserts; ++i) {
        index.upsert(static_cast<std::int64_t>(i), vectors.at(i), labels_of(i));
    }
    const double took = wall() - before;
    const double took_cpu = seconds_of(CLOCK_THREAD_CPUTIME_ID) - cpu;
    inserting = false;
    reader.join();
    return fmt::format(R"({{"inserts_per_s":{:.0f},"inserts_per_cpu_s":{:.0f},"searches":{}}})",
                       inserts / took, inserts / took_cpu, quantiles(seconds));
}

void run_use(const vector_file& vectors, std::size_t count, std::size_t queries,
             const char* truth_path, const char* snapshot) {
    const double before = wall();
    const double cpu_before = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
    const auto index = medusa::load_hnsw_index(snapshot, space, {}).index;
    const double loaded = wall() - before;
    const double loaded_cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - cpu_before;
    const auto rows = queries_of(vectors, count, queries);
    const auto truth = read_truth(truth_path, queries);
    const auto all =
        measure(rows, truth, 0, [&](const row& query) { return found(*index, query, {}); });
    const auto few =
        measure(rows, truth, k, [&](const row& query) { return found(*index, query, hundredth); });
    const double resident = resident_mb();
    const auto inserting = searched_while_inserting(*index, vectors, count + queries, rows);
    fmt::print(R"({{"load_s":{:.2f},"load_cpu_s":{:.2f},"resident_mb":{:.1f},"all":{},)"
               R"("one_of_a_hundred":{},"while_inserting":{}}})"
               "\n",
               loaded, loaded_cpu, resident, all.json(), few.json(), inserting);
}

void run_curve(const vector_file& vectors, std::size_t count, std::size_t queries,
               const char* truth_path, const char* snapshot) {
    const auto rows = queries_of(vectors, count, queries);
    const auto truth = read_truth(truth_path, queries);
    std::string curve;
    for (const std::size_t breadth : breadths) {
        const auto index = medusa::load_hnsw_index(snapshot, space, {.breadth = breadth}).index;
        const auto all =
            measure(rows, truth, 0, [&](const row& query) { return found(*index, query, {}); });
        curve += fmt::format(R"({}{{"breadth":{},"all":{}}})", curve.empty() ? "" : ",", breadth,
                             all.json());
    }
    fmt::print("[{}]\n", curve);
}

void run_hnswlib(const vector_file& vectors, std::size_t count, std::size_t queries,
                 const char* truth_path) {
    hnswlib::InnerProductSpace product(dimension);
    hnswlib::HierarchicalNSW<float> index(&product, count, 16, 200);
    const double before = wall();
    const double cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID);
    for (std::size_t i = 0; i < count; ++i) {
        index.addPoint(vectors.at(i).data(), i);
    }
    const double built = wall() - before;
    const double built_cpu = seconds_of(CLOCK_PROCESS_CPUTIME_ID) - cpu;
    const auto rows = queries_of(vectors, count, queries);
    const auto truth = read_truth(truth_path, queries);
    std::string curve;
    for (const std::size_t breadth : breadths) {
        index.setEf(breadth);
        const auto all = measure(rows, truth, 0, [&](const row& query) {
            std::vector<std::int64_t> ids;
            for (auto near = index.searchKnn(query.data(), k); !near.empty(); near.pop()) {
                ids.push_back(static_cast<std::int64_t>(near.top().second));
            }
            return ids;
        });
        curve += fmt::format(R"({}{{"breadth":{},"all":{}}})", curve.empty() ? "" : ",", breadth,
                             all.json());
    }
    fmt::print(R"({{"build_s":{:.2f},"build_cpu_s":{:.2f},"resident_mb":{:.1f},"curve":[{}]}})"
               "\n",
               built, built_cpu, resident_mb(), curve);
}

}  // namespace

int main(int argc, char** argv) {
    const std::string_view step = argc > 3 ? argv[1] : "";
    try {
        if (step.empty())
            throw medusa::error(medusa::errc::invalid_argument, "see bench/search.py");
        const vector_file vectors(argv[2]);
        const std::size_t count = std::stoul(argv[3]);
        if (step == "build" && argc == 5) {
            run_build(vectors, count, argv[4]);
        } else if (step == "flat" && argc == 6) {
            run_flat(vectors, count, std::stoul(argv[4]), argv[5]);
        } else if (step == "use" && argc == 7) {
            run_use(vectors, count, std::stoul(argv[4]), argv[5], argv[6]);
        } else if (step == "curve" && argc == 7) {
            run_curve(vectors, count, std::stoul(argv[4]), argv[5], argv[6]);
        } else if (step == "hnswlib" && argc == 6) {
            run_hnswlib(vectors, count, std::stoul(argv[4]), argv[5]);
        }
        return 0;
    } catch (const std::exception& failure) {
        fmt::print(stderr, "search_bench: {}\n", failure.what());
        return 1;
    }
}
