#include "sim/world.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "worker/worker.hpp"

namespace medusa::sim {
namespace {

using namespace std::chrono_literals;

constexpr time_point beginning{std::chrono::sys_days{std::chrono::year(2026) / 11 / 23}};
constexpr std::size_t digits_of_machine = 9;  // of a worker's name, with its hyphen

// The lock that tells a living worker is known by the name of the machine that all of this runs on.
std::string worker_called(const std::string& name) {
    static const auto here = worker_name().substr(0, digits_of_machine);
    return here + name;
}

double patience_by(std::uint64_t seed) {
    constexpr double all[] = {0.02, 0.1, 0.3, 0.6, 1};
    return all[seed % std::size(all)];
}

}  // namespace

tally& tally::operator+=(const tally& other) {
    constexpr int tally::*all[] = {&tally::jobs,         &tally::calls,     &tally::failed_calls,
                                   &tally::lost_answers, &tally::deaths,    &tally::freezes,
                                   &tally::stale_calls,  &tally::losses,    &tally::outages,
                                   &tally::clock_jumps,  &tally::cancels,   &tally::retries,
                                   &tally::draws,        &tally::poison,    &tally::done,
                                   &tally::failed,       &tally::cancelled, &tally::dead};
    for (const auto one : all) this->*one += other.*one;
    return *this;
}

process::process(world& in, machine& on_machine, std::string its_name, int its_group)
    : on(on_machine),
      name(std::move(its_name)),
      worker(worker_called(name)),
      group(its_group),
      folder(in.folder / "processes" / name),
      in_(in) {}

milliseconds process_timer::elapsed() const {
    return in_.time.own_now() + of_.on.up_for;
}

bool process_timer::sleep(milliseconds pause, std::stop_token stop) {
    in_.time.sleep(pause, stop);
    return !stop.stop_requested();
}

time_point machine_clock::now() const {
    return beginning + in_.time.now() + of_.clock_error;
}

world::world(std::uint64_t seed, fs::path its_folder)
    : folder(std::move(its_folder)),
      time(seed, patience_by(seed),
           [this] { fmt::print(stderr, "{}all wait for each other\n", told(200)); }),
      dice_(seed + 1) {}

world::~world() = default;

double world::unit() {
    constexpr int bits = 53;
    return double(dice_() >> (64 - bits)) / double(std::uint64_t{1} << bits);
}

int world::between(int low, int high) {
    return low + int(dice_() % std::uint64_t(high - low + 1));
}

std::string world::uuid() {
    return derived_uuid(fmt::format("{:016x}", dice_()), 0);
}

machine& world::add_machine(const std::string& name) {
    auto& made = machines_.emplace_back(std::make_unique<machine>());
    made->name = name;
    made->folder = folder / "machines" / name;
    made->up_for = std::chrono::seconds(between(0, 1'000'000));
    fs::create_directories(made->folder);
    return *made;
}

std::shared_ptr<process> world::started(machine& on) {
    const int group = ++processes_;
    auto one = std::make_shared<process>(*this, on, fmt::format("{}{}", on.name, group), group);
    fs::create_directories(one->folder);
    fs::create_directories(folder / "shared");
    fs::create_directory_symlink(on.folder, one->folder / "data");
    fs::create_directory_symlink(folder / "shared", one->folder / "shared");
    note(one->name, "starts");
    return one;
}

void world::kill(process& one, const std::string& why) {
    if (one.is_dead_) return;
    note(one.name, "dies: " + why);
    ++count.deaths;
    one.is_dead_ = true;
    fs::remove_all(one.folder);
    time.rouse(one.group);
    one.stop_.request_stop();
}

void world::note(const std::string& who, std::string what) {
    history_.push_back({time.now(), who, time.number(), std::move(what)});
}

void world::name(const std::string& id, const std::string& short_name) {
    names_[id] = short_name;
}

std::string world::short_name(const std::string& id) const {
    const auto found = names_.find(id);
    return found == names_.end() ? id : found->second;
}

void world::broken(const std::string& what) {
    note("RULE", what);
    if (broken_.empty()) broken_ = what;
}

std::string world::told(std::size_t last_lines) const {
    std::string all;
    const auto first = history_.size() - std::min(last_lines, history_.size());
    for (auto i = first; i < history_.size(); ++i) {
        const auto& one = history_[i];
        const auto seconds = double(one.at.count()) / 1000;
        all += fmt::format("{:10.3f} {:>6}/{:<3} {}\n", seconds, one.who, one.task, one.what);
    }
    return all;
}

void world::gone() const {
    throw error(errc::internal, "this process has died");
}

fate world::before(process& of, const std::string& what) {
    if (of.is_dead()) gone();
    ++count.calls;
    const bool is_mortal = !immortal.contains(of.name);
    if (is_mortal && happens(now.dies)) {
        kill(of, "at " + what);
        gone();
    }
    if (is_mortal && happens(now.freezes)) {
        const auto pause = std::chrono::seconds(between(1, 180));
        note(of.name, fmt::format("stands still for {} s", pause.count()));
        ++count.freezes;
        time.freeze(of.group, time.now() + pause);
        time.give_way();
    }
    if (happens(now.slow))
        time.sleep(milliseconds(happens(0.1) ? between(10'000, 100'000) : between(100, 5'000)), {});
    else if (happens(0.2))
        time.sleep(milliseconds(between(1, 30)), {});
    else
        time.yield();
    if (of.is_dead()) gone();
    if (is_away || of.on.is_cut_off || happens(now.fails)) {
        ++count.failed_calls;
        note(of.name, what + ": does not arrive");
        throw error(errc::unavailable, "the store does not answer");
    }
    return happens(now.unheard) ? fate::unheard : fate::fine;
}

void world::after(process& of, const std::string& what, fate of_it, const std::string& result) {
    note(of.name, fmt::format("{}: {}", what, result));
    if (happens(now.dies) && !immortal.contains(of.name)) kill(of, "after " + what);
    time.yield();
    if (of.is_dead()) gone();
    if (of_it != fate::unheard) return;
    ++count.lost_answers;
    note(of.name, what + ": the answer is lost");
    throw error(errc::timed_out, "the store's answer is lost");
}

std::string shown(const world& in, const std::optional<job>& found) {
    if (!found) return "none";
    return fmt::format("{} {}, revision {}", in.short_name(found->id),
                       to_string(found->status.state), found->revision);
}

}  // namespace medusa::sim
