// What has to be there when a simulated run is over, and what must not.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "core/files.hpp"
#include "core/hash.hpp"
#include "core/text.hpp"
#include "pipeline/picture_file.hpp"
#include "pipeline/sweep.hpp"
#include "record/documents.hpp"
#include "sim/jobs_simulation.hpp"

namespace medusa::sim {
namespace {

constexpr std::size_t everything = 10'000;
constexpr std::size_t uuid_chars = 36;
constexpr std::size_t number_bytes_max = 100;

}  // namespace

// Every machine starts a worker once more, and a sweep follows, as on any other day.
void jobs_simulation::set_in_order() {
    in_.note("all", "is over: one more start on each machine, and a sweep");
    std::set<const machine*> done;
    for (const auto& one : berths_)
        if (done.insert(&one->on).second) run_once(*one, true);
    const auto me = in_.started(berths_.front()->on);
    crewed with(*this, me);
    sweep(with.parts, {.older_than = std::chrono::milliseconds(0), .force = true},
          [](std::string_view, std::size_t, std::size_t) {}, {});
}

void jobs_simulation::look_at_the_end() {
    std::vector<job> all;
    for (auto& one : jobs_.list({.limit = everything})) all.push_back(std::move(one.found));
    if (all.size() != asked_)
        in_.broken(fmt::format("{} jobs were asked for, and there are {}", asked_, all.size()));
    for (const auto& one : all) law_.ended(one);
    look_at_records(all);
    look_at_files(all);
}

void jobs_simulation::look_at_records(const std::vector<job>& all) {
    const auto characters = store_.characters->list({.limit = everything});
    std::map<std::string, int> made;
    for (const auto& one : characters) ++made[one.job_id];
    std::map<std::string, int> drawn;
    std::set<std::int64_t> numbers;
    std::set<std::string> uncounted;  // jobs
    for (const auto& one : characters)
        for (const auto& picture : store_.images->of_character(one.id)) {
            ++drawn[picture.job_id];
            if (!picture.number)
                uncounted.insert(picture.job_id);
            else if (!numbers.insert(*picture.number).second)
                in_.broken(fmt::format("the number {} was given twice", *picture.number));
        }
    if (!numbers.empty() && *numbers.rbegin() != std::int64_t(numbers.size()))
        in_.broken(fmt::format("{} numbers go up to {}", numbers.size(), *numbers.rbegin()));
    for (const auto& one : all) {
        const auto* wanted = std::get_if<image_request>(&one.request);
        const bool is_done = one.status.state == job_state::done;
        const int count = wanted ? wanted->count : 1;
        const auto has = [&](const char* what, int found, int least, int most) {
            if (found >= least && found <= most) return;
            in_.broken(fmt::format("{} is {} and has {} {}", in_.short_name(one.id),
                                   to_string(one.status.state), found, what));
        };
        // What is recorded stays, also when its worker did not come to say so before the user's
        // wish to cancel was heard.
        const bool may_be_there = is_done || one.status.state == job_state::cancelled;
        has("characters", made[one.id], !wanted && is_done, !wanted && may_be_there);
        // What a job of many pictures has made stays when it ends early.
        has("pictures", drawn[one.id], is_done ? count : 0, may_be_there || wanted ? count : 0);
        const auto tells = [](const auto& note) { return note.find("not counted") < note.size(); };
        if (is_done && uncounted.contains(one.id) &&
            std::none_of(one.notes.begin(), one.notes.end(), tells))
            in_.broken(in_.short_name(one.id) + " has no number, and nobody was told");
        if (wanted && is_done) has("pictures in its status", one.status.pictures, count, count);
    }
}

void jobs_simulation::look_at_files(const std::vector<job>& all) {
    std::set<std::string> wanted;
    for (const auto& one : store_.characters->list({.limit = everything})) {
        const auto folder =
            fmt::format("{}/characters/{}", store_.reserved->user_folder(one.owner), one.slug);
        wanted.insert(embeddings_path(folder));
        for (const auto& picture : store_.images->of_character(one.id)) {
            const auto manifest = fmt::format("{}/generations/{}.json", folder, picture.id);
            wanted.insert(picture.path);
            wanted.insert(manifest);
            const auto bytes = assets_->get(picture.path);
            if (!bytes || sha256_hex(*bytes) != picture.sha256)
                in_.broken(in_.short_name(picture.id) + " has another file than its record says");
            if (assets_->get(manifest) != manifest_document(one, picture))
                in_.broken(in_.short_name(picture.id) + " has a manifest of something else");
        }
    }
    std::set<std::string> found;
    for (const auto& folder : store_.reserved->user_folders())
        for (auto& path : assets_->list(folder.folder)) found.insert(std::move(path));
    for (const auto& path : wanted)
        if (!found.contains(path)) in_.broken(path + " is missing");
    for (const auto& path : found)
        if (!wanted.contains(path)) in_.broken(path + " belongs to nothing");
    if (!store_.reserved->unused().empty()) in_.broken("something is still reserved");
    look_at_spools(all);
}

// A dead job may be redriven, so that its picture stays.
void jobs_simulation::look_at_spools(const std::vector<job>& all) {
    std::set<std::string> dead;
    for (const auto& one : all)
        if (one.status.state == job_state::dead) dead.insert(one.id);
    for (const auto& one : berths_) {
        const auto locks = one->on.folder / "workers";
        if (fs::exists(locks) && !fs::is_empty(locks))
            in_.broken("a lock of a worker is still there on " + one->on.name);
        const auto spool = one->on.folder / "spool";
        if (!fs::exists(spool)) continue;
        for (const auto& file : fs::directory_iterator(spool)) {
            const auto owner = file.path().filename().string().substr(0, uuid_chars);
            if (!dead.contains(owner))
                in_.broken(fmt::format("{} is still in the spool of {}", in_.short_name(owner),
                                       one->on.name));
        }
    }
}

}  // namespace medusa::sim
