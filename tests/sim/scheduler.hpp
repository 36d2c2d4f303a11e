// Many threads, of which one runs at a time: which one, a seed decides, and time passes only when
// all of them wait. So a run of real threads is the same each time.
//
// Owned by a test. Whoever calls run(), and every std::thread that is started from there, is a task
// of the scheduler: threads.cpp takes starts, joins, mutexes, pauses and clocks of the whole
// test program to it (by the linker's --wrap), and leaves all other threads alone. Only the
// task whose turn it is may call anything here, which is why nothing here is locked. Throws
// nothing.
#pragma once

#include <semaphore.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <stop_token>
#include <thread>
#include <vector>

namespace medusa::sim {

using std::chrono::milliseconds;

class scheduler {
public:
    struct task;

    // `patience`: the chance, 0 to 1, that a task that could let others go on does so. `stuck` is
    // called before the program ends because all wait for each other.
    scheduler(std::uint64_t seed, double patience, std::function<void()> stuck);
    scheduler(const scheduler&) = delete;
    scheduler& operator=(const scheduler&) = delete;
    ~scheduler();

    // The scheduler that the calling thread is a task of; null: none.
    static scheduler* here();
    // Runs `first` as the first task. All others have to be joined when it returns.
    void run(const std::function<void()>& first);

    milliseconds now() const { return now_; }
    // The time of the task at hand: that of all, but for a group that is roused.
    milliseconds own_now();
    // Turns so far: of a run that does not end, a number without end.
    std::uint64_t turns() const { return turns_; }
    // The number of the task at hand, in the order of their starts.
    int number() const;

    // Others may go on here.
    void yield();
    // Others go on now, if anybody can.
    void give_way();
    // Returns after `pause`, or earlier: when `stop` is requested, or the group is roused.
    void sleep(milliseconds pause, const std::stop_token& stop);

    // A task belongs to the group of the one that started it, until it says otherwise.
    void join_group(int group);
    // No task of the group goes on before `until`.
    void freeze(int group, milliseconds until);
    // All of the group wake up, and nobody else goes on while one of them can. Whoever sleeps there
    // wakes at once, with time gone by for the group alone.
    void rouse(int group);

    // For threads.cpp: what has no time but an event to wait for.
    void wait_for(const void* what);
    void happened(const void* what);
    std::shared_ptr<task> announced();  // of a thread that is about to start
    void begin(const std::shared_ptr<task>& as);
    void end(const std::shared_ptr<task>& as);
    void started(std::thread::id thread, const std::shared_ptr<task>& as);
    void wait_for_end(std::thread::id thread);

private:
    struct group_state {
        milliseconds frozen_until{0};
        bool is_roused = false;
        milliseconds slept{0};  // since it was roused
    };

    void wake(task& one);
    bool is_due(const task& one) const;
    task& chosen();
    void pass_time();
    void hand_over(task& next);

    const double patience_;
    const std::function<void()> stuck_;
    std::mt19937_64 dice_;
    milliseconds now_{1'000'000};  // not 0, so that a forgotten start shows
    std::uint64_t turns_ = 0;
    int tasks_ = 0;
    std::vector<std::shared_ptr<task>> all_;  // that have not ended
    std::map<std::thread::id, std::shared_ptr<task>> threads_;
    std::map<int, group_state> groups_;
};

}  // namespace medusa::sim
