// A process that works on jobs, for the tests with several processes and for bench/run queue.
//
//   job_worker STORE FOLDER NAME COUNT
//
// STORE is "sqlite", for a file in FOLDER, or the address of a MongoDB database. Submits COUNT jobs
// that are the same ones for every process, so that they are accepted once; then leases and
// completes jobs as NAME until none is left, and prints the id of each that it completed.
#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <string>

#include "contract/job_contract.hpp"
#include "job/queue.hpp"
#include "store/mongo/mongo_store.hpp"
#include "store/sqlite/sqlite_store.hpp"

namespace medusa {
namespace {

stores open_store(const std::string& store, const std::filesystem::path& folder) {
    if (store == "sqlite") return make_sqlite_store({.file = folder / "medusa.db"});
    if (store.starts_with("mongodb")) return make_mongo_store({.uri = store});
    throw std::runtime_error("unknown store: " + store);
}

void work(const stores& store, const std::string& name, int count) {
    job_queue queue(
        {*store.intake, *store.leases, system_clock(), random_ids(), [] { return 0.5; }});
    submission asked;
    asked.id = "the batch of all";
    asked.owner = {"anna", "anna"};
    character_request wish;
    wish.draft.name = "Luna";
    wish.draft.description = "A mystical elven sorceress with silver hair";
    queue.submit(asked, std::vector<asked_job>(std::size_t(count), asked_job{wish}));
    while (queue.count({}).queued > 0) {
        auto held = queue.lease(name, {}, true);
        if (!held || !queue.succeeded(*held, {})) continue;
        fmt::print("{}\n", held->id);
        std::fflush(stdout);
    }
}

}  // namespace
}  // namespace medusa

int main(int count, char** words) {
    try {
        if (count != 5) throw std::runtime_error("job_worker STORE FOLDER NAME COUNT");
        medusa::work(medusa::open_store(words[1], words[2]), words[3], std::stoi(words[4]));
    } catch (const std::exception& reason) {
        fmt::print(stderr, "job_worker: {}\n", reason.what());
        return 1;
    }
}
