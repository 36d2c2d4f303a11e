// The world of a simulated run: machines and the processes on them, what goes wrong with their
// calls, and the history of all of it.
//
// Owned by a run; used by the task whose turn it is (scheduler.hpp). A process is run_worker() with
// ports of its own: whatever it asks of others goes through process::call(), which lets others go
// on, takes time, and may fail, lose the answer, stop the process for a while or end it. One that
// has ended gets errors only, and is through with them before anybody else goes on: nothing that
// its threads still do counts. Its files are reached by links that are gone by then.
#pragma once

#include <filesystem>
#include <memory>
#include <random>
#include <set>
#include <stop_token>
#include <string>
#include <type_traits>
#include <vector>

#include "core/clock.hpp"
#include "core/error.hpp"
#include "core/ids.hpp"
#include "domain/job.hpp"
#include "sim/scheduler.hpp"

namespace medusa::sim {

namespace fs = std::filesystem;

// The chances of one call, 0 to 1.
struct weather {
    double fails = 0;    // it never arrives
    double unheard = 0;  // it arrives, and its answer is lost
    double slow = 0;     // it takes seconds, or minutes
    double dies = 0;     // its process dies here
    double freezes = 0;  // its process stands still for up to three minutes
    double engine = 0;   // of a drawing: something is wrong with it
};

struct event {
    milliseconds at{0};
    std::string who;
    int task = 0;
    std::string what;
};

// How often each thing happened.
struct tally {
    int jobs = 0;
    int calls = 0;
    int failed_calls = 0;
    int lost_answers = 0;
    int deaths = 0;
    int freezes = 0;
    int stale_calls = 0;  // by workers that had lost their lease
    int losses = 0;
    int outages = 0;
    int clock_jumps = 0;
    int cancels = 0;
    int retries = 0;
    int draws = 0;
    int poison = 0;
    int done = 0;
    int failed = 0;
    int cancelled = 0;
    int dead = 0;
    tally& operator+=(const tally& other);
};

struct machine {
    std::string name;
    fs::path folder;
    milliseconds up_for{0};       // before the run began
    milliseconds clock_error{0};  // of its wall clock
    bool is_cut_off = false;      // from the stores
};

enum class fate { fine, fails, unheard };

class world;

class process {
public:
    process(world& in, machine& on, std::string its_name, int its_group);
    // What it does with the others' parts. `act` is done without anybody between.
    template <class action>
    auto call(const std::string& what, const action& act);

    bool is_dead() const { return is_dead_; }
    // Dead, or at its end in good order.
    bool is_gone() const { return is_gone_ || is_dead_; }
    void leave() { is_gone_ = true; }
    std::stop_token stop() const { return stop_.get_token(); }
    void request_stop() { stop_.request_stop(); }

    machine& on;
    const std::string name;    // in the history
    const std::string worker;  // in the queue
    const int group;           // of its tasks
    const fs::path folder;     // "data" and "shared" lie in it

private:
    friend class world;
    world& in_;
    std::stop_source stop_;
    bool is_dead_ = false;
    bool is_gone_ = false;
};

// A process's own time, which its machine's wall clock has nothing to do with.
class process_timer final : public timer {
public:
    process_timer(world& in, process& of) : in_(in), of_(of) {}
    milliseconds elapsed() const override;
    bool sleep(milliseconds pause, std::stop_token stop) override;

private:
    world& in_;
    process& of_;
};

class machine_clock final : public clock {
public:
    machine_clock(const world& in, const machine& of) : in_(in), of_(of) {}
    time_point now() const override;

private:
    const world& in_;
    const machine& of_;
};

class world final : public id_source {
public:
    world(std::uint64_t seed, fs::path folder);
    ~world() override;

    // Numbers by the seed: 0 to below 1, and both ends included.
    double unit();
    int between(int low, int high);
    bool happens(double chance) { return chance > 0 && unit() < chance; }
    std::string uuid() override;

    machine& add_machine(const std::string& name);
    // A new process on it; its files can be reached from now on.
    std::shared_ptr<process> started(machine& on);
    void kill(process& one, const std::string& why);

    void note(const std::string& who, std::string what);
    // What the history calls an object.
    void name(const std::string& id, const std::string& short_name);
    std::string short_name(const std::string& id) const;
    // The run is over: something that must never happen has happened.
    void broken(const std::string& what);
    const std::string& broken_rule() const { return broken_; }
    std::string told(std::size_t last_lines) const;

    fate before(process& of, const std::string& what);
    void after(process& of, const std::string& what, fate of_it, const std::string& result);

    const fs::path folder;
    scheduler time;
    weather now;                     // nothing goes wrong by itself while all chances are 0
    bool is_away = false;            // the stores, for everybody
    std::set<std::string> immortal;  // processes by name
    tally count;

private:
    [[noreturn]] void gone() const;

    std::mt19937_64 dice_;
    std::vector<std::unique_ptr<machine>> machines_;
    int processes_ = 0;
    std::vector<event> history_;
    std::map<std::string, std::string> names_;
    std::string broken_;
};

// What the history says of a result.
inline std::string shown(const world&, bool said) {
    return said ? "yes" : "no";
}
std::string shown(const world& in, const std::optional<job>& found);
template <class result>
std::string shown(const world&, const result&) {
    return "ok";
}

template <class action>
auto process::call(const std::string& what, const action& act) {
    const auto how = in_.before(*this, what);
    if constexpr (std::is_void_v<decltype(act())>) {
        act();
        in_.after(*this, what, how, "ok");
    } else {
        auto result = act();
        in_.after(*this, what, how, shown(in_, result));
        return result;
    }
}

}  // namespace medusa::sim
