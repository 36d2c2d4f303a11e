#include <fmt/format.h>

#include "contract/job_contract.hpp"
#include "core/ids.hpp"

namespace medusa {

submission submission_for(const std::string& id, const std::string& user_id, int jobs,
                          time_point at) {
    submission asked;
    asked.id = id;
    asked.owner = {user_id, user_id};
    asked.surroundings.engine = "sketch";
    asked.fingerprint = fmt::format("fingerprint of {}", id);
    asked.total = std::size_t(jobs);
    asked.created_at = at;
    return asked;
}

job job_for(const submission& asked, int index) {
    job one;
    one.id = derived_uuid(asked.id, index);
    one.submission_id = asked.id;
    one.index = index;
    one.line = index + 1;
    one.owner = asked.owner;
    character_request wish;
    wish.draft.name = fmt::format("Luna {}", index);
    wish.draft.description = "A mystical elven sorceress with silver hair";
    one.request = wish;
    one.events = {{1, asked.created_at, "queued", ""}};
    one.created_at = one.updated_at = asked.created_at;
    return one;
}

std::vector<job> jobs_for(const submission& asked) {
    std::vector<job> jobs;
    for (int i = 0; i < int(asked.total); ++i) jobs.push_back(job_for(asked, i));
    return jobs;
}

std::vector<std::string> job_contract::submit(const std::string& id, const std::string& user_id,
                                              int jobs, int priority) {
    const auto asked = submission_for(id, user_id, jobs, now_);
    auto made = jobs_for(asked);
    std::vector<std::string> ids;
    for (auto& one : made) {
        one.priority = priority;
        ids.push_back(one.id);
    }
    EXPECT_EQ(store_.intake->submit(asked, made, now_ - std::chrono::hours(24)), asked);
    return ids;
}

std::string job_contract::next_id(const job_filter& wanted) {
    const auto found = store_.leases->next(wanted, now_, now_ + std::chrono::hours(1));
    return found ? found->id : "";
}

std::string job_contract::lease(const job_filter& wanted) {
    const auto id = next_id(wanted);
    if (!id.empty())
        changed(id, [](job& one) {
            one.status.state = job_state::leased;
            one.lease = {"token of " + one.id, "worker", 0};
        });
    return id;
}

job job_contract::changed(const std::string& id, const std::function<void(job&)>& apply) {
    auto one = store_.leases->find(id);
    if (!one) {
        ADD_FAILURE() << "there is no job " << id;
        return {};
    }
    const auto expected = one->revision;
    apply(*one);
    one->revision = expected + 1;
    one->updated_at = now_;
    EXPECT_TRUE(store_.leases->swap(*one, expected, job_durability::soon)) << id;
    return *one;
}

job job_contract::end(const std::string& id, job_state state) {
    return changed(id, [&](job& one) {
        one.status.state = state;
        one.lease = {};
    });
}

}  // namespace medusa
