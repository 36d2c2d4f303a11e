// Whole workers on real stores: jobs that end well, badly, and by the user's wish.
#include "worker/worker.hpp"

#include "pipeline/worker_fixture.hpp"

namespace medusa {
namespace {

TEST_F(worker_test, a_job_runs_to_its_end_and_tells_each_stage) {
    submitted(1);
    std::vector<std::string> told;
    run(until_done(), {.changed = [&](const job& one) { told.push_back(one.events.back().what); }});
    const auto one = only_job();
    EXPECT_EQ(one.status.state, job_state::done);
    EXPECT_EQ(told,
              (std::vector<std::string>{"leased", "rendered", "uploaded", "recorded", "done"}));
    EXPECT_TRUE(store_.characters->find_by_job(one.id));
    expect_characters(1);
    EXPECT_TRUE(is_empty("workers"));
}

}  // namespace
}  // namespace medusa
