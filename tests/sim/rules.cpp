#include "sim/rules.hpp"

#include <fmt/format.h>

namespace medusa::sim {
namespace {

using namespace std::chrono_literals;

constexpr int render_attempts = 5;
constexpr int store_attempts = 20;
constexpr int losses_before_alone = 2;
constexpr int lone_losses_max = 5;
constexpr auto silence = 60s;
constexpr auto answer_awaited = 5s;

bool is_user(const process& one) {
    return one.name.starts_with("user");
}

void forget_troubles(job_status& status) {
    status.attempts = status.waits = status.losses = status.lone_losses = 0;
}

std::string told(const job_status& s) {
    return fmt::format("{}/{} pictures {} attempts {} waits {} losses {}+{}{}", to_string(s.state),
                       to_string(s.stage), s.pictures, s.attempts, s.waits, s.losses, s.lone_losses,
                       s.cancel_wanted ? " cancel wanted" : "");
}

bool is_same_but_for_time(job_status one, const job_status& other) {
    one.not_before = other.not_before;
    return one == other;
}

}  // namespace

std::string_view name_of(doom how) {
    switch (how) {
        case doom::none:
            return "Luna";
        case doom::hopeless:
            return "Hope";
        case doom::refused:
            return "Rufus";
        case doom::poison:
            break;
    }
    return "Pia";
}

void rules::accepted(const job& one) {
    constexpr int pictures_named = 3;
    if (dooms_.contains(one.id)) return;
    const auto name = fmt::format("j{}", dooms_.size() + 1);
    in_.name(one.id, name);
    for (int i = 0; i < pictures_named; ++i)
        in_.name(derived_uuid(one.id, i), fmt::format("{}.{}", name, i));
    auto& how = dooms_[one.id];
    ++in_.count.jobs;
    const auto* wanted = std::get_if<character_request>(&one.request);
    if (!wanted) return;
    for (const auto each : {doom::hopeless, doom::refused, doom::poison})
        if (wanted->draft.name == name_of(each)) how = each;
    in_.count.poison += how == doom::poison;
}

doom rules::doom_of(const std::string& job_id) const {
    const auto found = dooms_.find(job_id);
    return found == dooms_.end() ? doom::none : found->second;
}

void rules::broken(const std::string& job_id, const std::string& what) {
    in_.broken(fmt::format("{}: {}", in_.short_name(job_id), what));
}

void rules::changed(const process& by, const job& before, const job& after,
                    const std::string& what) {
    if (has_ended(before.status.state) && !is_user(by))
        broken(after.id, "left the end without its user");
    const auto want = expected(by, before, after, what);
    if (!is_same_but_for_time(want, after.status))
        broken(after.id, fmt::format("\"{}\" made it [{}] of [{}], not [{}]", what,
                                     told(after.status), told(before.status), told(want)));
    if (after.revision != before.revision + 1) broken(after.id, "a revision was left out");
    expect_fence(by, before, after);
    if (what == "leased") leased(by, after);
    if (what == "beat") leases_[after.lease.token].beaten_at = in_.time.now();
    if (what == "lost") ++in_.count.losses;
    if (what == "rendered") spooled_.insert({by.on.name, after.id, after.status.pictures});
    if (has_ended(after.status.state))
        std::erase_if(spooled_, [&](const auto& one) { return one.job_id == after.id; });
    if (what == "done" && ++ends_[after.id] > 1) broken(after.id, "was done twice");
}

job_status rules::expected(const process& by, const job& before, const job& after,
                           const std::string& what) {
    auto want = before.status;
    const auto holder = leases_.find(before.lease.token);
    const bool is_taken =
        before.status.state == job_state::leased && after.status.losses > before.status.losses;
    if (what == "leased") {
        want.state = job_state::leased;
    } else if (const auto stage = job_stage_from(what)) {
        if (*stage <= before.status.stage) broken(after.id, "went back to " + what);
        want.stage = *stage;
        forget_troubles(want);
    } else if (what == "picture") {
        ++want.pictures;
        want.stage = job_stage::accepted;
        forget_troubles(want);
    } else if (what == "done") {
        want.state = job_state::done;
        want.cancel_wanted = false;
        forget_troubles(want);
    } else if (what == "retry") {
        want.state = job_state::queued;
        const bool waited = holder != leases_.end() && holder->second.last == drawing::told_to_wait;
        ++(waited ? want.waits : want.attempts);
    } else if (what == "failed") {
        want.state = job_state::failed;
        ++want.attempts;
    } else if (what == "lost" || (what == "dead" && is_taken)) {
        if (want.losses >= losses_before_alone) ++want.lone_losses;
        ++want.losses;
        const bool is_poison = want.lone_losses >= lone_losses_max;
        want.state = is_poison ? job_state::dead : job_state::queued;
    } else if (what == "dead") {
        want.state = job_state::dead;
        ++want.attempts;
        const int most = want.stage == job_stage::accepted ? render_attempts : store_attempts;
        if (want.attempts < most) broken(after.id, "is dead, and had attempts left");
    } else if (what == "queued") {
        want.state = job_state::queued;
        if (is_user(by)) forget_troubles(want);
    } else if (what == "cancel wanted") {
        want.cancel_wanted = true;
    } else if (what == "cancelled") {
        if (before.status.state == job_state::leased && !before.status.cancel_wanted)
            broken(after.id, "was cancelled, and nobody wanted that");
        want.cancel_wanted = false;
        want.state = job_state::cancelled;
    }
    return want;
}

void rules::leased(const process& by, const job& after) {
    const auto now = in_.time.now();
    if (after.lease.worker != by.worker) broken(after.id, "was leased for somebody else");
    if (!leases_.try_emplace(after.lease.token, lease{&by, after.id, now, now}).second)
        broken(after.id, "was leased by a token that is used");
    // One that runs alone shares its process with no other.
    for (const auto& [token, other] : leases_) {
        if (other.by != &by || other.is_unheard || token == after.lease.token) continue;
        const auto beside = truth_.find(other.job_id);
        if (!beside || beside->lease.token != token) continue;
        if (beside->status.losses >= losses_before_alone ||
            after.status.losses >= losses_before_alone)
            broken(after.id, "runs beside " + in_.short_name(other.job_id) + ", one of them alone");
    }
}

// A worker's change counts only while it holds the lease. The user's wishes need none.
void rules::expect_fence(const process& by, const job& before, const job& after) {
    if (before.status.state != job_state::leased) return;
    const auto holder = leases_.find(before.lease.token);
    if (holder == leases_.end())
        return broken(after.id, "is held by a token that nobody was given");
    const bool is_held = after.status.state == job_state::leased;
    if (is_held && after.lease.token != before.lease.token)
        return broken(after.id, "changed hands while it was held");
    if (is_user(by)) {
        if (!is_held) broken(after.id, "was ended by its user under its worker's hands");
        return;
    }
    const bool is_taken = after.status.losses > before.status.losses;
    if (holder->second.by == &by && !is_taken) return;
    if (is_held) return broken(after.id, "was changed by a worker that does not have it");
    expect_silence(by, holder->second, before);
}

// Who takes a job from a worker has to be sure that it is gone, or silent.
void rules::expect_silence(const process& by, const lease& of, const job& before) {
    if (of.by->is_gone()) return;
    const auto now = in_.time.now();
    if (now - of.beaten_at >= silence) return;
    if (of.by == &by && of.is_unheard && now - of.leased_at >= answer_awaited) return;
    broken(before.id, fmt::format("was taken from {}, which was heard of {} ms ago", of.by->name,
                                  (now - of.beaten_at).count()));
}

void rules::refused(const process& by, const job& stored) {
    for (const auto& [token, one] : leases_)
        if (one.by == &by && one.job_id == stored.id && token != stored.lease.token) {
            ++in_.count.stale_calls;
            return;
        }
}

void rules::unheard(const job& leased) {
    leases_[leased.lease.token].is_unheard = true;
}

void rules::recorded(const process&, const image& picture) {
    if (!recorded_.emplace(picture.id, in_.time.now()).second)
        broken(picture.job_id, "has recorded a picture twice");
    if (given_up_.contains(picture.job_id))
        broken(picture.job_id, "has a record that was made after it was given up");
}

void rules::draws(const process& by, const picture_request& request) {
    ++in_.count.draws;
    if (spooled_.contains({by.on.name, request.job_id, request.image_index}))
        broken(request.job_id, "is drawn again where its picture is kept");
    const auto since = recorded_.find(derived_uuid(request.job_id, request.image_index));
    if (since == recorded_.end()) return;
    for (const auto& [token, one] : leases_)
        if (one.by == &by && one.job_id == request.job_id && one.leased_at <= since->second) return;
    broken(request.job_id, "is drawn again by one who could have seen its record");
}

void rules::drew(const process& by, const std::string& job_id, drawing how) {
    const auto now = truth_.find(job_id);
    if (!now) return;
    const auto found = leases_.find(now->lease.token);
    if (found != leases_.end() && found->second.by == &by) found->second.last = how;
}

void rules::ended(const job& one) {
    const auto state = one.status.state;
    const auto how = doom_of(one.id);
    const bool is_unwanted = unwanted_.contains(one.id);
    const bool by_losses = one.status.lone_losses >= lone_losses_max;
    if (state == job_state::cancelled && !is_unwanted)
        broken(one.id, "was cancelled, and nobody wanted that");
    if (state == job_state::dead && by_losses && how != doom::poison)
        broken(one.id, "is dead, and took nobody down");
    if (state == job_state::failed && how != doom::refused)
        broken(one.id, "has failed: " + one.failures.back().detail);
    if (state == job_state::done && how != doom::none) broken(one.id, "is done, which cannot be");
    switch (state) {
        case job_state::done:
            ++in_.count.done;
            break;
        case job_state::failed:
            ++in_.count.failed;
            break;
        case job_state::cancelled:
            ++in_.count.cancelled;
            break;
        case job_state::dead:
            ++in_.count.dead;
            break;
        case job_state::queued:
        case job_state::leased:
            broken(one.id, "has not ended");
    }
    if (how == doom::poison && state != job_state::dead && !is_unwanted)
        broken(one.id, "is poison, and did not die");
    if (state == job_state::done && ends_[one.id] != 1) broken(one.id, "is done, by nobody");
}

}  // namespace medusa::sim
