#include "sim/scheduler.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <optional>
#include <utility>

namespace medusa::sim {

enum class condition { ready, asleep, waiting, ended };

struct scheduler::task {
    explicit task(int its_number, int its_group) : number(its_number), group(its_group) {
        sem_init(&turn, 0, 0);
    }
    task(const task&) = delete;
    task& operator=(const task&) = delete;
    ~task() { sem_destroy(&turn); }

    void wait_for_turn() {
        while (sem_wait(&turn) != 0 && errno == EINTR) continue;
    }

    const int number;
    int group;
    sem_t turn;
    condition state = condition::ready;
    milliseconds wakes_at{0};         // while it sleeps
    const void* waits_for = nullptr;  // while it waits
};

namespace {

struct place {
    scheduler* of = nullptr;
    scheduler::task* as = nullptr;
};

place& current() {
    thread_local place here;
    return here;
}

}  // namespace

scheduler::scheduler(std::uint64_t seed, double patience, std::function<void()> stuck)
    : patience_(patience), stuck_(std::move(stuck)), dice_(seed) {}

scheduler::~scheduler() = default;

scheduler* scheduler::here() {
    return current().of;
}

void scheduler::run(const std::function<void()>& first) {
    const auto as = announced();
    current() = {this, as.get()};
    first();
    current() = {};
    std::erase(all_, as);
}

milliseconds scheduler::own_now() {
    return now_ + groups_[current().as->group].slept;
}

int scheduler::number() const {
    return current().as->number;
}

void scheduler::yield() {
    constexpr double whole = 1'000'000;
    if (double(dice_() % std::uint64_t(whole)) < patience_ * whole) give_way();
}

void scheduler::give_way() {
    hand_over(chosen());
}

void scheduler::sleep(milliseconds pause, const std::stop_token& stop) {
    if (stop.stop_requested()) return;
    auto& self = *current().as;
    if (auto& group = groups_[self.group]; group.is_roused) {
        group.slept += pause;
        return give_way();
    }
    const std::stop_callback stopped(stop, [&] { wake(self); });
    self.state = condition::asleep;
    self.wakes_at = now_ + pause;
    give_way();
}

void scheduler::join_group(int group) {
    current().as->group = group;
}

void scheduler::freeze(int group, milliseconds until) {
    groups_[group].frozen_until = until;
}

void scheduler::rouse(int group) {
    groups_[group] = {milliseconds(0), true, milliseconds(0)};
    for (const auto& one : all_)
        if (one->group == group) wake(*one);
}

void scheduler::wait_for(const void* what) {
    auto& self = *current().as;
    self.state = condition::waiting;
    self.waits_for = what;
    give_way();
}

void scheduler::happened(const void* what) {
    for (const auto& one : all_)
        if (one->state == condition::waiting && one->waits_for == what)
            one->state = condition::ready;
}

std::shared_ptr<scheduler::task> scheduler::announced() {
    const int group = current().as ? current().as->group : 0;
    return all_.emplace_back(std::make_shared<task>(++tasks_, group));
}

void scheduler::begin(const std::shared_ptr<task>& as) {
    as->wait_for_turn();
    current() = {this, as.get()};
}

void scheduler::end(const std::shared_ptr<task>& as) {
    as->state = condition::ended;
    std::erase(all_, as);
    happened(as.get());
    auto& next = chosen();
    ++turns_;
    current() = {};
    sem_post(&next.turn);
}

void scheduler::started(std::thread::id thread, const std::shared_ptr<task>& as) {
    threads_[thread] = as;
}

void scheduler::wait_for_end(std::thread::id thread) {
    const auto found = threads_.find(thread);
    if (found == threads_.end()) return;
    const auto other = found->second;
    threads_.erase(found);
    while (other->state != condition::ended) wait_for(other.get());
}

void scheduler::wake(task& one) {
    if (one.state == condition::asleep) one.state = condition::ready;
}

bool scheduler::is_due(const task& one) const {
    if (one.state != condition::ready) return false;
    const auto group = groups_.find(one.group);
    return group == groups_.end() || group->second.frozen_until <= now_;
}

scheduler::task& scheduler::chosen() {
    std::vector<task*> due;
    for (;;) {
        bool some_are_roused = false;
        for (const auto& one : all_) {
            if (!is_due(*one)) continue;
            const auto group = groups_.find(one->group);
            const bool roused = group != groups_.end() && group->second.is_roused;
            if (roused && !some_are_roused) due.clear();
            some_are_roused = some_are_roused || roused;
            if (roused == some_are_roused) due.push_back(one.get());
        }
        if (!due.empty()) return *due[dice_() % due.size()];
        pass_time();
    }
}

void scheduler::pass_time() {
    std::optional<milliseconds> next;
    for (const auto& one : all_) {
        if (one->state == condition::waiting) continue;
        const auto group = groups_.find(one->group);
        auto when = one->state == condition::asleep ? one->wakes_at : now_;
        if (group != groups_.end()) when = std::max(when, group->second.frozen_until);
        next = next ? std::min(*next, when) : when;
    }
    if (!next) {
        stuck_();
        std::abort();
    }
    now_ = std::max(now_, *next);
    for (const auto& one : all_)
        if (one->state == condition::asleep && one->wakes_at <= now_) one->state = condition::ready;
}

void scheduler::hand_over(task& next) {
    ++turns_;
    auto& self = *current().as;
    if (&next == &self) return;
    sem_post(&next.turn);
    self.wait_for_turn();
}

}  // namespace medusa::sim
