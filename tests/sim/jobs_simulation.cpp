#include "sim/jobs_simulation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "asset/local/local_assets.hpp"
#include "domain/policy.hpp"
#include "store/sqlite/sqlite_store.hpp"

namespace medusa::sim {
namespace {

using namespace std::chrono_literals;

constexpr auto storm_lasts = 120s;
// What is not over so long after the storm never will be.
constexpr auto longest_calm = std::chrono::hours(3);
constexpr std::uint64_t turns_max = 500'000;

const content_policy& policy() {
    static const content_policy built_in;
    return built_in;
}

}  // namespace

jobs_simulation::crewed::crewed(jobs_simulation& of, const std::shared_ptr<process>& who)
    : me(who),
      clock(of.in_, me->on),
      timer(of.in_, *me),
      engine(of.in_, *me, of.law_),
      intake(*me, of.jobs_, of.law_),
      leases(*me, of.jobs_, of.law_, of.in_),
      assets(*me, *of.assets_),
      reserved(*me, *of.store_.reserved, of.law_, of.in_),
      characters(*me, *of.store_.characters, of.law_, of.in_),
      images(*me, *of.store_.images, of.law_, of.in_),
      queue({intake, leases, clock, of.in_, [&of] { return of.in_.unit(); }}),
      parts{engine,   assets, reserved, characters, images, of.vectors_,
            policy(), clock,  of.in_,   {},         {},     me->folder / "shared/number"} {}

worker_parts jobs_simulation::crewed::for_worker() {
    return {queue, timer,
            [this](const job_surroundings&) -> const pipeline_parts& { return parts; },
            me->folder / "data"};
}

jobs_simulation::jobs_simulation(std::uint64_t seed, const fs::path& folder)
    : in_(seed, folder),
      law_(in_, jobs_),
      store_(make_sqlite_store({.file = folder / "medusa.db"})),
      assets_(make_local_asset_store(folder / "assets")) {
    make_weather();
    concurrency_ = in_.between(1, 2);
    const int berths = in_.between(2, 4);
    const int machines = in_.between(1, 3);
    std::vector<machine*> all;
    for (int i = 0; i < machines; ++i)
        all.push_back(&in_.add_machine(std::string(1, char('a' + i))));
    for (int i = 0; i < berths; ++i)
        berths_.push_back(std::make_unique<berth>(berth{*all[std::size_t(i) % all.size()]}));
}

jobs_simulation::~jobs_simulation() = default;

// Some seeds know some faults only, and a few none.
void jobs_simulation::make_weather() {
    const auto chance = [&](double most) { return in_.happens(0.5) ? most * in_.unit() : 0.0; };
    storm_ = {.fails = chance(0.03),
              .unheard = chance(0.04),
              .slow = chance(0.02),
              .dies = chance(0.003),
              .freezes = chance(0.004),
              .engine = chance(0.4)};
}

void jobs_simulation::run() {
    in_.time.run([this] {
        live();
        if (broken().empty()) set_in_order();
        if (broken().empty()) look_at_the_end();
    });
}

void jobs_simulation::live() {
    in_.now = storm_;
    const auto calm_at = in_.time.now() + storm_lasts;
    const auto over_at = calm_at + longest_calm;
    std::vector<std::jthread> tasks;
    for (const auto& one : berths_) tasks.emplace_back([&] { keep_running(*one); });
    users_at_it_ = in_.between(1, 2);
    for (int user = 1; user <= users_at_it_; ++user) tasks.emplace_back([=, this] { use(user); });
    tasks.emplace_back([&] {
        while (in_.time.now() < calm_at && broken().empty()) make_trouble();
    });
    while (broken().empty() &&
           (in_.time.now() < calm_at || users_at_it_ > 0 || !all_have_ended())) {
        in_.time.sleep(1s, {});
        if (in_.time.now() >= calm_at) in_.now = {};
        if (in_.time.now() > over_at || in_.time.turns() > turns_max) in_.broken("it does not end");
    }
    in_.now = {};
    is_closing_ = true;
    for (const auto& one : processes_) {
        if (broken().empty())
            one->request_stop();
        else
            in_.kill(*one, "a rule is broken");
    }
}

void jobs_simulation::keep_running(berth& at) {
    while (!is_closing_) {
        run_once(at, false);
        if (!is_closing_) in_.time.sleep(milliseconds(in_.between(100, 20'000)), {});
    }
}

void jobs_simulation::run_once(berth& at, bool until_done) {
    at.now = in_.started(at.on);
    processes_.push_back(at.now);
    crewed with(*this, at.now);
    const auto parts = with.for_worker();
    worker_terms terms;
    terms.name = at.now->worker;
    terms.concurrency = concurrency_;
    terms.until_done = until_done;
    std::jthread life([&] {
        in_.time.join_group(at.now->group);
        try {
            run_worker(parts, terms, {}, at.now->stop());
        } catch (const std::exception& failure) {
            if (!at.now->is_dead())
                in_.broken(fmt::format("{} ended: {}", at.now->name, failure.what()));
        }
        at.now->leave();
        in_.note(at.now->name, "is gone");
    });
    life.join();
}

// Of everybody at once, of one machine, of one process.
void jobs_simulation::make_trouble() {
    in_.time.sleep(milliseconds(in_.between(2'000, 20'000)), {});
    auto& at = *berths_[std::size_t(in_.between(0, int(berths_.size()) - 1))];
    switch (in_.between(0, 7)) {
        case 0:
            in_.note("store", "goes away");
            ++in_.count.outages;
            in_.is_away = true;
            in_.time.sleep(std::chrono::seconds(in_.between(1, 70)), {});
            in_.is_away = false;
            in_.note("store", "is back");
            return;
        case 1:
            in_.note(at.on.name, "is cut off");
            ++in_.count.outages;
            at.on.is_cut_off = true;
            in_.time.sleep(std::chrono::seconds(in_.between(1, 100)), {});
            at.on.is_cut_off = false;
            in_.note(at.on.name, "is connected again");
            return;
        case 2:
            at.on.clock_error = in_.happens(0.5) ? 1h : -1h;
            ++in_.count.clock_jumps;
            in_.note(at.on.name,
                     fmt::format("has a clock that is wrong by {} h", at.on.clock_error / 1h));
            in_.time.sleep(std::chrono::seconds(in_.between(1, 40)), {});
            at.on.clock_error = 0s;
            in_.note(at.on.name, "has the right time again");
            return;
        case 3:
            if (at.now && storm_.dies > 0) in_.kill(*at.now, "by chance");
            return;
        case 4:
            if (!at.now) return;
            in_.note(at.now->name, "is told to stop");
            at.now->request_stop();
            return;
        default:
            return;
    }
}

bool jobs_simulation::all_have_ended() {
    const auto counts = jobs_.count({});
    return counts.queued + counts.leased == 0;
}

}  // namespace medusa::sim
