// The queue over SQLite, beside the commits of the same disk in the same run. Prints one JSON
// object; times in milliseconds.
//
//   queue_bench FOLDER           all of it, in files in FOLDER, which must be there
//   queue_bench FOLDER/db NAME MS  a worker: leases and completes jobs as NAME until none waits,
//   each
//                                after MS milliseconds of work, then prints how many
//
// commit     INSERT of 800 bytes with synchronous=FULL, 100 a second, in turns with `enqueue`: what
//            the disk can do. c is its p50, c99 its p99
// enqueue    submissions of one job each, 100 a second; the target is a p99 of 3 c99 + 5 ms
// bulk       jobs a second of one submission of 10,000; the target is 2,000
// complete   jobs a second that are leased and completed, by one process and by four on one file,
//            with how much each of them had of an even share; the target is 1,000 by one
// shared     the same by four processes whose jobs are some work; the target is 0.95 to 1.05 each
// whole_job  a job's way through the queue: accepted, leased, four stages, done. Processor time of
//            the queue's own, and its wall time; the target is 3 ms of processor + 2 c
// waiting    with 100,000 jobs that wait, of one owner and of a thousand: the time to open the
//            store and lease a job (target 2,000 ms), and of one look for the next job
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "job/queue.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "support/child.hpp"

namespace medusa {
namespace {

namespace fs = std::filesystem;
using std::chrono::steady_clock;

constexpr int rounds = 5;
constexpr int paced_each_round = 200;
constexpr std::chrono::milliseconds pace{10};
constexpr int bulk_jobs = 10'000;
constexpr int completed_jobs = 5'000;
constexpr int shared_jobs = 1'000;
constexpr std::chrono::milliseconds shared_work{10};
constexpr int whole_jobs = 1'000;
constexpr int waiting_jobs = 100'000;
constexpr int waiting_owners = 1'000;
constexpr int processes = 4;
constexpr int looks = 1'000;

double milliseconds_of(const std::function<void()>& work) {
    const auto start = steady_clock::now();
    work();
    return std::chrono::duration<double, std::milli>(steady_clock::now() - start).count();
}

double processor_ms() {
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    const auto ms = [](const timeval& time) {
        return double(time.tv_sec) * 1e3 + double(time.tv_usec) / 1e3;
    };
    return ms(used.ru_utime) + ms(used.ru_stime);
}

double at_share(std::vector<double> times, double share) {
    std::sort(times.begin(), times.end());
    return times[std::min(times.size() - 1, std::size_t(share * double(times.size())))];
}

std::string told(const std::vector<double>& times) {
    return fmt::format(R"({{"p50": {:.3f}, "p99": {:.3f}}})", at_share(times, 0.5),
                       at_share(times, 0.99));
}

// Times of `work`, begun every `pace`.
void paced(int count, std::vector<double>& times, const std::function<void()>& work) {
    auto next = steady_clock::now();
    for (int i = 0; i < count; ++i) {
        times.push_back(milliseconds_of(work));
        next = std::max(next + pace, steady_clock::now());
        std::this_thread::sleep_until(next);
    }
}

std::vector<asked_job> wishes(int count) {
    character_request wish;
    wish.draft.name = "Luna Nightshade";
    wish.draft.description = std::string(300, 'a');
    return std::vector<asked_job>(std::size_t(count), asked_job{.request = wish});
}

// A store with its queue.
struct opened {
    explicit opened(const fs::path& file) : store(make_sqlite_store({.file = file})) {}

    submission submit(int jobs, const std::string& user_id = "anna") {
        submission asked;
        asked.owner = {user_id, user_id};
        return queue.submit(asked, wishes(jobs));
    }
    // Leases, works and completes until nothing waits; returns how many.
    int drain(const std::string& worker, std::chrono::milliseconds work = {}) {
        int done = 0;
        while (auto held = queue.lease(worker, {}, true)) {
            std::this_thread::sleep_for(work);
            done += queue.succeeded(*held, {});
        }
        return done;
    }

    stores store;
    job_queue queue{{*store.intake, *store.leases, system_clock(), random_ids(), system_random()}};
};

struct paced_times {
    std::vector<double> commits;
    std::vector<double> enqueues;
};

paced_times commit_and_enqueue(const fs::path& folder) {
    paced_times times;
    opened on(folder / "enqueue.db");
    sqlite::connection raw(folder / "raw.db", sqlite::access::write, std::chrono::seconds(5));
    raw.run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE rows (bytes)");
    const std::string row(800, 'x');
    for (int round = 0; round < rounds; ++round) {
        paced(paced_each_round, times.commits,
              [&] { sqlite::query(raw, "INSERT INTO rows VALUES (?)", row).run(); });
        paced(paced_each_round, times.enqueues, [&] { on.submit(1); });
    }
    return times;
}

// As JSON: jobs a second by four processes on one file, and what each had of an even share.
std::string four_processes(const fs::path& folder, const std::string& program, int jobs,
                           std::chrono::milliseconds work) {
    const auto file = folder / fmt::format("four-{}.db", work.count());
    opened(file).submit(jobs);
    std::vector<int> shares;
    const auto took = milliseconds_of([&] {
        std::vector<testing_support::child> workers;
        const auto said = [&](int p) { return folder / fmt::format("worker{}", p); };
        for (int p = 0; p < processes; ++p)
            workers.emplace_back(std::vector<std::string>{program, file, fmt::format("worker{}", p),
                                                          fmt::format("{}", work.count())},
                                 said(p));
        for (int p = 0; p < processes; ++p) {
            workers[std::size_t(p)].wait();
            std::ifstream(said(p)) >> shares.emplace_back(0);
        }
    });
    std::string listed;
    for (const auto share : shares)
        listed +=
            fmt::format("{}{:.2f}", listed.empty() ? "" : ", ", double(share) * processes / jobs);
    return fmt::format(R"({{"work_ms": {}, "per_s": {:.0f}, "of_an_even_share": [{}]}})",
                       work.count(), jobs / took * 1e3, listed);
}

std::string whole_job(const fs::path& folder) {
    opened on(folder / "whole.db");
    std::vector<double> times;
    const auto before = processor_ms();
    for (int i = 0; i < whole_jobs; ++i)
        times.push_back(milliseconds_of([&] {
            on.submit(1);
            auto held = on.queue.lease("bench", {}, true).value();
            for (const auto stage : {job_stage::rendered, job_stage::uploaded, job_stage::recorded,
                                     job_stage::indexed})
                on.queue.reached(held, stage);
            on.queue.picture_whole(held, 1);
            on.queue.succeeded(held, {});
        }));
    return fmt::format(R"({{"processor": {:.3f}, "wall": {}}})",
                       (processor_ms() - before) / whole_jobs, told(times));
}

std::string waiting(const fs::path& file, int owners) {
    {
        opened on(file);
        const int each = std::min(waiting_jobs / owners, bulk_jobs);
        for (int jobs = 0, i = 0; jobs < waiting_jobs; jobs += each, ++i)
            on.submit(each, fmt::format("owner {}", i % owners));
    }
    const auto start_up = milliseconds_of([&] { opened(file).queue.lease("bench", {}, true); });
    opened on(file);
    std::vector<double> times;
    for (int i = 0; i < looks; ++i)
        times.push_back(milliseconds_of([&] {
            const auto now = system_clock().now();
            on.store.leases->next({}, now, now + std::chrono::hours(1));
        }));
    return fmt::format(R"({{"start_up": {:.1f}, "next": {}}})", start_up, told(times));
}

void bench(const fs::path& folder, const std::string& program) {
    const auto paced = commit_and_enqueue(folder);
    opened bulk(folder / "bulk.db");
    const auto bulk_ms = milliseconds_of([&] { bulk.submit(bulk_jobs); });
    opened alone(folder / "alone.db");
    alone.submit(completed_jobs);
    const auto alone_ms = milliseconds_of([&] { alone.drain("bench"); });
    fmt::print(
        "{{\n"
        "  \"commit\": {},\n"
        "  \"enqueue\": {},\n"
        "  \"bulk_jobs_per_s\": {:.0f},\n"
        "  \"complete\": {{\"one_process_per_s\": {:.0f}, \"four\": {}}},\n"
        "  \"shared\": {},\n"
        "  \"whole_job\": {},\n"
        "  \"waiting\": {{\"jobs\": {}, \"one_owner\": {}, \"thousand_owners\": {}}}\n"
        "}}\n",
        told(paced.commits), told(paced.enqueues), bulk_jobs / bulk_ms * 1e3,
        completed_jobs / alone_ms * 1e3,
        four_processes(folder, program, completed_jobs, std::chrono::milliseconds(0)),
        four_processes(folder, program, shared_jobs, shared_work), whole_job(folder), waiting_jobs,
        waiting(folder / "one.db", 1), waiting(folder / "many.db", waiting_owners));
}

}  // namespace
}  // namespace medusa

int main(int count, char** words) {
    try {
        if (count == 4)
            fmt::print("{}\n", medusa::opened(words[1]).drain(
                                   words[2], std::chrono::milliseconds(std::stoi(words[3]))));
        else if (count == 2)
            medusa::bench(words[1], words[0]);
        else
            throw std::runtime_error("queue_bench FOLDER");
    } catch (const std::exception& reason) {
        fmt::print(stderr, "queue_bench: {}\n", reason.what());
        return 1;
    }
}
