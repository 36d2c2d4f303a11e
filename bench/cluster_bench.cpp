// Four worker processes that share jobs over a NATS server with the configuration that we ship, the
// jobs in a MongoDB database: of the tests' servers, both started for this. Prints one JSON object.
//
//   cluster_bench                  all of it
//   cluster_bench MONGO NATS NAME  a worker: does jobs as NAME, as its tickets come, until none is
//                                  left, then prints how many
//
// tickets_per_s  that the server takes, each on the disk before it says so, announced by the
//                hundred; and how long one alone takes, from its announcement to who waits for it
// shared         jobs of some work: how many a second, and how much each process had of an even
//                share; the target is 0.95 to 1.05 each
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "job/jetstream/jetstream_feed.hpp"
#include "job/queue.hpp"
#include "store/mongo/mongo_store.hpp"
#include "support/child.hpp"
#include "support/mongo_server.hpp"
#include "support/nats_server.hpp"
#include "worker/entrance.hpp"

namespace medusa {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr int processes = 4;
constexpr int shared_jobs = 200;
constexpr milliseconds work{500};
constexpr int announcements = 20;
constexpr int tickets_each = 100;
constexpr int tickets_alone = 200;
constexpr milliseconds long_enough{10'000};

double seconds_since(steady_clock::time_point begun) {
    return std::chrono::duration<double>(steady_clock::now() - begun).count();
}

// A store and a feed with their queue.
struct opened {
    opened(const std::string& mongo, const std::string& nats)
        : store(make_mongo_store({.uri = mongo})), feed(make_jetstream_feed({.url = nats})) {}

    void submit(int jobs) {
        character_request wish;
        wish.draft.name = "Luna Nightshade";
        wish.draft.description = std::string(300, 'a');
        submission asked;
        asked.owner = {"anna", "anna"};
        queue.submit(asked, std::vector<asked_job>(std::size_t(jobs), asked_job{.request = wish}));
    }

    int do_jobs(const std::string& worker) {
        int done = 0;
        entrance gate(queue, feed.get(), system_timer(), {});
        for (;;) {
            const auto now = gate.next({});
            auto held = now.may_ask ? queue.lease(worker, {}, true) : std::nullopt;
            if (held) {
                std::this_thread::sleep_for(work);
                done += queue.succeeded(*held, {});
            }
            if (now.turn) now.turn->done();
            if (!held && queue.count({}).queued == 0) return done;
        }
    }

    stores store;
    std::unique_ptr<job_feed> feed;
    job_queue queue{
        {*store.intake, *store.leases, system_clock(), random_ids(), system_random(), feed.get()}};
};

std::string tickets(const std::string& nats) {
    const auto feed = make_jetstream_feed({.url = nats});
    std::vector<turn> turns;
    const auto hand_in_all = [&] {
        while (feed->state().tickets > 0)
            if (const auto got = feed->wait(long_enough, {})) got->done();
    };
    const auto begun = steady_clock::now();
    for (int i = 0; i < announcements; ++i) {
        turns.clear();
        for (int j = 0; j < tickets_each; ++j) turns.push_back({fmt::format("{}-{}", i, j), "job"});
        feed->announce(turns);
    }
    const auto rate = announcements * tickets_each / seconds_since(begun);
    hand_in_all();
    std::vector<double> times;
    for (int i = 0; i < tickets_alone; ++i) {
        const auto start = steady_clock::now();
        const turn one[] = {{fmt::format("alone-{}", i), "job"}};
        feed->announce(one);
        feed->wait(long_enough, {})->done();
        times.push_back(seconds_since(start) * 1e3);
    }
    hand_in_all();
    std::sort(times.begin(), times.end());
    return fmt::format(R"("tickets_per_s": {:.0f}, "one_ms": {{"p50": {:.2f}, "p99": {:.2f}}})",
                       rate, times[times.size() / 2], times[times.size() * 99 / 100]);
}

std::string shared(const std::string& mongo, const std::string& nats, const std::string& program) {
    opened(mongo, nats).submit(shared_jobs);
    const testing_support::scratch_folder folder;
    const auto said = [&](int p) { return folder.path() / fmt::format("worker{}", p); };
    const auto begun = steady_clock::now();
    std::vector<testing_support::child> workers;
    for (int p = 0; p < processes; ++p)
        workers.emplace_back(
            std::vector<std::string>{program, mongo, nats, fmt::format("worker{}", p)}, said(p));
    std::string shares;
    for (int p = 0; p < processes; ++p) {
        workers[std::size_t(p)].wait();
        int done = 0;
        std::ifstream(said(p)) >> done;
        shares += fmt::format("{}{:.3f}", shares.empty() ? "" : ", ",
                              double(done) * processes / shared_jobs);
    }
    return fmt::format(
        R"({{"jobs": {}, "work_ms": {}, "per_s": {:.1f}, "of_an_even_share": [{}]}})", shared_jobs,
        work.count(), shared_jobs / seconds_since(begun), shares);
}

void bench(const std::string& program) {
    const testing_support::nats_server nats;
    const testing_support::mongo_server mongo;
    const auto by_tickets = tickets(nats.url());
    fmt::print("{{\n  {},\n  \"shared\": {}\n}}\n", by_tickets,
               shared(mongo.uri("bench"), nats.url(), program));
}

}  // namespace
}  // namespace medusa

int main(int count, char** words) {
    try {
        if (count == 4)
            fmt::print("{}\n", medusa::opened(words[1], words[2]).do_jobs(words[3]));
        else if (count == 1)
            medusa::bench(words[0]);
        else
            throw std::runtime_error("cluster_bench takes no options");
    } catch (const std::exception& reason) {
        fmt::print(stderr, "cluster_bench: {}\n", reason.what());
        return 1;
    }
}
