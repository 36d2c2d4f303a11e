// The users of a simulated run: what they ask for, and how they change their minds.
#include <fmt/format.h>

#include "sim/jobs_simulation.hpp"

namespace medusa::sim {
namespace {

using namespace std::chrono_literals;

constexpr int side_px = 64;

}  // namespace

void jobs_simulation::use(int user) {
    const owner_info who{fmt::format("{}", user), fmt::format("user-{}", user)};
    auto& at = in_.add_machine(fmt::format("user{}-", user));
    const auto me = in_.started(at);
    in_.immortal.insert(me->name);
    crewed with(*this, me);
    const int wishes = in_.between(1, 3);
    for (int i = 0; i < wishes && broken().empty(); ++i) {
        in_.time.sleep(milliseconds(in_.between(0, 30'000)), {});
        ask(with, who);
        while (in_.happens(0.7) && broken().empty()) {
            in_.time.sleep(milliseconds(in_.between(0, 30'000)), {});
            change_mind(with.queue, who);
        }
    }
    --users_at_it_;
}

// Asked again until there is an answer: by its key, or by its id.
void jobs_simulation::ask(crewed& with, const owner_info& who) {
    submission wanted;
    wanted.owner = who;
    if (in_.happens(0.5))
        wanted.idempotency_key = in_.uuid();
    else
        wanted.id = in_.uuid();
    const auto jobs = wishes_of(who);
    while (broken().empty()) {
        try {
            with.queue.submit(wanted, jobs);
            asked_ += jobs.size();
            return;
        } catch (const error& failure) {
            in_.note(with.me->name, std::string("asks once more: ") + failure.what());
            in_.time.sleep(milliseconds(in_.between(100, 5'000)), {});
        }
    }
}

// New characters, or more pictures of one that is there.
std::vector<asked_job> jobs_simulation::wishes_of(const owner_info& who) {
    const auto known = store_.characters->list({.user_id = who.user_id});
    std::vector<asked_job> all(std::size_t(in_.between(1, 4)));
    for (auto& one : all) {
        one.priority = in_.between(0, 2);
        if (!known.empty() && in_.happens(0.4)) {
            image_request wanted;
            wanted.character_id = known[std::size_t(in_.between(0, int(known.size()) - 1))].id;
            wanted.type = image_type::portrait;
            wanted.count = in_.between(1, 3);
            one.request = wanted;
            continue;
        }
        const auto how = in_.happens(0.85) ? doom::none : doom(in_.between(1, 3));
        character_draft draft;
        draft.name = std::string(name_of(how));
        draft.description = "an elven sorceress with silver hair";
        draft.settings.width = draft.settings.height = side_px;
        one.request = character_request{draft};
    }
    return all;
}

void jobs_simulation::change_mind(job_queue& door, const owner_info& who) {
    std::vector<job> mine;
    for (auto& one : jobs_.list({.user_id = who.user_id})) mine.push_back(std::move(one.found));
    if (mine.empty()) return;
    const auto& one = mine[std::size_t(in_.between(0, int(mine.size()) - 1))];
    try {
        const bool again = has_ended(one.status.state);
        if (again && one.status.state == job_state::done) return;
        ++(again ? in_.count.retries : in_.count.cancels);
        if (!again) law_.unwanted(one.id);
        again ? door.retry(one.id, who.user_id) : door.cancel(one.id, who.user_id);
    } catch (const error& failure) {
        in_.note("user", failure.what());
    }
}

}  // namespace medusa::sim
