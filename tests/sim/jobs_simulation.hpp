// Queue, workers and stories over virtual time: users ask, cancel and retry; machines die, stand
// still, are cut off and come back; and in the end everything has to be as if nothing had happened.
//
// Owned by a test, one a seed; the same seed is the same run, to the letter. The calling thread.
// What goes wrong with a rule is in broken().
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "asset/asset_store.hpp"
#include "core/clock.hpp"
#include "job/queue.hpp"
#include "pipeline/parts.hpp"
#include "sim/ports.hpp"
#include "sim/rules.hpp"
#include "sim/simulated_engine.hpp"
#include "sim/world.hpp"
#include "store/stores.hpp"
#include "support/memory_jobs.hpp"
#include "worker/worker.hpp"

namespace medusa::sim {

class jobs_simulation {
public:
    // `folder` is for the files of the run, and does not exist yet.
    jobs_simulation(std::uint64_t seed, const fs::path& folder);
    ~jobs_simulation();

    void run();
    // The first rule that was broken; empty: none.
    const std::string& broken() const { return in_.broken_rule(); }
    const tally& count() const { return in_.count; }
    std::string history(std::size_t last_lines = SIZE_MAX) const { return in_.told(last_lines); }

private:
    struct berth {  // where one process at a time runs a worker
        machine& on;
        std::shared_ptr<process> now{};
    };
    struct crewed;

    void make_weather();
    void live();
    void keep_running(berth& at);
    void run_once(berth& at, bool until_done);
    void make_trouble();
    void use(int user);
    void ask(crewed& with, const owner_info& who);
    std::vector<asked_job> wishes_of(const owner_info& who);
    void change_mind(job_queue& door, const owner_info& who);
    bool all_have_ended();

    void set_in_order();
    void look_at_the_end();
    void look_at_records(const std::vector<job>& all);
    void look_at_files(const std::vector<job>& all);
    void look_at_spools(const std::vector<job>& all);

    world in_;
    testing_support::memory_jobs jobs_;
    rules law_;
    stores store_;
    std::unique_ptr<asset_store> assets_;
    flat_embedder vectors_;
    std::vector<std::unique_ptr<berth>> berths_;
    std::vector<std::shared_ptr<process>> processes_;
    weather storm_;
    int concurrency_ = 1;
    int users_at_it_ = 0;
    std::size_t asked_ = 0;  // jobs
    bool is_closing_ = false;
};

// A process with all its parts.
struct jobs_simulation::crewed {
    crewed(jobs_simulation& of, const std::shared_ptr<process>& who);
    worker_parts for_worker();

    std::shared_ptr<process> me;
    machine_clock clock;
    process_timer timer;
    simulated_engine engine;
    line_to_intake intake;
    line_to_leases leases;
    line_to_assets assets;
    line_to_reservations reserved;
    line_to_characters characters;
    line_to_images images;
    job_queue queue;
    pipeline_parts parts;
};

}  // namespace medusa::sim
