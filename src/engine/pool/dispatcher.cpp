#include "engine/pool/dispatcher.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace medusa {
namespace {

template <typename Tickets>
auto find_ticket(Tickets& tickets, ticket_id wanted) {
    return std::find_if(tickets.begin(), tickets.end(),
                        [&](const auto& one) { return one.id == wanted; });
}

error no_server_for(const std::string& style) {
    return error(errc::invalid_argument,
                 fmt::format("RunPod connection failed: no server is set for style {}", style),
                 fmt::format("Set {} or RUNPOD_WEBUI_URL, or draw it with --engine sketch",
                             style == "realistic" ? "RUNPOD_REALISTIC_URL"
                                                  : "RUNPOD_ANIME_CARTOON_FANTASY_URL"),
                 "engine");
}

error no_workflow_server() {
    return error(errc::invalid_argument, "none of the image servers takes a workflow",
                 "A workflow needs a ComfyUI server: leave --workflow out, or connect one",
                 "engine");
}

// What is said of a server that was waited for in vain.
error gave_up_on(const pod& one, const std::string& label) {
    if (one.state() == pod_state::warming)
        return error(errc::timed_out,
                     fmt::format("RunPod connection failed: {} is still starting after {} minutes",
                                 label, pod_wait_max.count() / 60'000),
                     "Look at the pod's log, or try again later", "engine");
    return *one.reason();
}

}  // namespace

dispatcher::dispatcher(const std::vector<pool_member>& members, timer& time,
                       const unit_random& random)
    : members_(members), time_(time), wanted_(members.size(), false) {
    pods_.reserve(members.size());
    for (std::size_t i = 0; i < members.size(); ++i) pods_.emplace_back(time, random);
}

ticket_id dispatcher::enqueue(const placement_wish& wish, const ticket_terms& terms) {
    ticket added{++last_ticket_, wish, terms, time_.elapsed()};
    bool anyone = false;
    for (std::size_t i = 0; i < pods_.size(); ++i) {
        if (!serves(i, added) && terms.only != i) continue;
        wanted_[i] = anyone = true;
    }
    if (!anyone) throw no_server_for(wish.style);
    tickets_.push_back(std::move(added));
    return last_ticket_;
}

void dispatcher::withdraw(ticket_id gone) {
    const auto found = find_ticket(tickets_, gone);
    if (found != tickets_.end()) tickets_.erase(found);
}

std::vector<verdict> dispatcher::decide() {
    std::vector<verdict> decided;
    decide_lookups(decided);
    hand_out_places(decided);
    refuse_hopeless(decided);
    return decided;
}

render_progress dispatcher::outlook(ticket_id wanted) const {
    render_progress told{render_progress::state::waiting};
    const auto found = find_ticket(tickets_, wanted);
    if (found == tickets_.end()) return told;
    bool warming = false;
    for (std::size_t i = 0; i < pods_.size(); ++i) {
        if (!serves(i, *found)) continue;
        if (may_draw(i, *found)) {
            told.position = int(found - tickets_.begin()) + 1;
            return told;
        }
        warming = warming || pods_[i].state() == pod_state::warming;
    }
    if (warming) told.reached = render_progress::state::warming;
    return told;
}

std::optional<std::size_t> dispatcher::due_probe() const {
    const auto now = time_.elapsed();
    for (std::size_t i = 0; i < pods_.size(); ++i) {
        const auto due = pods_[i].probe_at();
        if (wanted_[i] && due && *due <= now) return i;
    }
    return std::nullopt;
}

bool dispatcher::probe_due() const {
    return due_probe().has_value();
}

std::optional<std::size_t> dispatcher::take_probe() {
    const auto due = due_probe();
    if (due) pods_[*due].probe_began();
    return due;
}

void dispatcher::probed(std::size_t server, server_capabilities offers) {
    pods_[server].probed(std::move(offers));
}

void dispatcher::probe_failed(std::size_t server, const error& failure) {
    pods_[server].probe_failed(failure);
}

void dispatcher::want_all() {
    wanted_.assign(wanted_.size(), true);
}

std::optional<milliseconds> dispatcher::next_event() const {
    const auto now = time_.elapsed();
    std::optional<milliseconds> next;
    // What is due already was decided upon when the last thing was told.
    const auto sooner = [&](std::optional<milliseconds> at) {
        if (at && *at > now && (!next || *at < *next)) next = at;
    };
    for (std::size_t i = 0; i < pods_.size(); ++i) {
        if (wanted_[i]) sooner(pods_[i].probe_at());
        if (!tickets_.empty()) sooner(pods_[i].place_at());
    }
    for (const auto& one : tickets_) {
        sooner(one.terms.not_before);
        if (one.terms.only) sooner(one.since + lookup_wait_max);
    }
    return next;
}

bool dispatcher::serves(std::size_t server, const ticket& of) const {
    return members_[server].draws(of.wish.style);
}

std::optional<model_choice> dispatcher::model_on(std::size_t server,
                                                 const placement_wish& wish) const {
    const auto& offers = pods_[server].offers();
    if (!offers || (wish.workflow && !offers->takes_workflows)) return std::nullopt;
    auto chosen = choose_model(*offers, wish.model, wish.style);
    // A graph of the user's own names its models itself, or has a place for this one.
    if (chosen && wish.workflow) chosen->note.clear();
    return chosen;
}

bool dispatcher::may_draw(std::size_t server, const ticket& of) const {
    return pods_[server].state() == pod_state::ready && serves(server, of) &&
           model_on(server, of.wish).has_value();
}

bool dispatcher::other_may_draw(std::size_t than, const ticket& of) const {
    for (std::size_t i = 0; i < pods_.size(); ++i)
        if (i != than && may_draw(i, of)) return true;
    return false;
}

double dispatcher::done_in_s(std::size_t server, const model_choice& model) const {
    const auto& one = pods_[server];
    const bool loads = !one.last_model().empty() && one.last_model() != model.name;
    const auto speed = one.seconds_a_picture().value_or(picture_assumed_s);
    return one.backlog_s(picture_assumed_s) + speed + (loads ? model_load_s : 0);
}

// Whether servers that have the model loaded would be done with it sooner, those before it counted.
bool dispatcher::better_to_wait(std::size_t server, const candidate& given) const {
    if (pods_[server].last_model().empty() || pods_[server].last_model() == given.model.name)
        return false;
    const auto& waiting = tickets_[given.ticket];
    if (waiting.overtaken >= overtaken_max) return false;
    double rate = 0;
    double backlog_pictures = 0;
    for (std::size_t i = 0; i < pods_.size(); ++i) {
        const auto& other = pods_[i];
        if (i == server || other.last_model() != given.model.name || !may_draw(i, waiting))
            continue;
        const auto speed = std::max(0.001, other.seconds_a_picture().value_or(picture_assumed_s));
        rate += 1 / speed;
        backlog_pictures += other.backlog_s(picture_assumed_s) / speed;
    }
    if (rate <= 0) return false;
    const auto before = std::count_if(
        tickets_.begin(), tickets_.begin() + std::ptrdiff_t(given.ticket), [&](const ticket& one) {
            const auto model = model_on(server, one.wish);
            return model && model->name == given.model.name;
        });
    return (backlog_pictures + double(before) + 1) / rate < given.done_in_s;
}

// The oldest picture that fits, or an only slightly younger one whose model is loaded.
std::optional<dispatcher::candidate> dispatcher::best_for(std::size_t server) const {
    const auto now = time_.elapsed();
    const auto& loaded = pods_[server].last_model();
    std::optional<candidate> oldest;
    for (std::size_t t = 0; t < tickets_.size(); ++t) {
        const auto& one = tickets_[t];
        if (one.terms.only || one.terms.not_before > now || !serves(server, one)) continue;
        if (one.terms.avoid == server && other_may_draw(server, one)) continue;
        auto model = model_on(server, one.wish);
        if (!model) continue;
        const bool fits = loaded.empty() || model->name == loaded;
        const auto seconds = done_in_s(server, *model);
        candidate found{t, server, std::move(*model), seconds};
        if (fits) return found;
        if (oldest || better_to_wait(server, found)) continue;
        if (one.overtaken >= overtaken_max) return found;
        oldest = std::move(found);
    }
    return oldest;
}

std::optional<dispatcher::candidate> dispatcher::best() const {
    std::optional<candidate> chosen;
    for (std::size_t i = 0; i < pods_.size(); ++i) {
        if (!pods_[i].has_place()) continue;
        auto found = best_for(i);
        if (found && (!chosen || found->done_in_s < chosen->done_in_s)) chosen = std::move(found);
    }
    return chosen;
}

void dispatcher::decide_lookups(std::vector<verdict>& decided) {
    std::erase_if(tickets_, [&](const ticket& one) {
        if (!one.terms.only) return false;
        if (pods_[*one.terms.only].state() == pod_state::ready) {
            decided.push_back({one.id, placement{*one.terms.only, {}}});
            return true;
        }
        auto why = why_unanswered(one);
        if (!why) return false;
        decided.push_back({one.id, std::nullopt, std::move(why)});
        return true;
    });
}

void dispatcher::hand_out_places(std::vector<verdict>& decided) {
    if (tickets_.empty()) return;
    while (auto chosen = best()) {
        const auto at = tickets_.begin() + std::ptrdiff_t(chosen->ticket);
        for (auto older = tickets_.begin(); older != at; ++older)
            if (may_draw(chosen->server, *older)) ++older->overtaken;
        pods_[chosen->server].take(chosen->model.name);
        decided.push_back({at->id, placement{chosen->server, std::move(chosen->model)}});
        tickets_.erase(at);
    }
}

void dispatcher::refuse_hopeless(std::vector<verdict>& decided) {
    std::erase_if(tickets_, [&](const ticket& one) {
        if (one.terms.only) return false;
        auto why = why_hopeless(one);
        if (!why) return false;
        decided.push_back({one.id, std::nullopt, std::move(why)});
        return true;
    });
}

std::optional<error> dispatcher::why_hopeless(const ticket& of) const {
    std::vector<const server_capabilities*> asked;
    std::optional<error> reason;
    for (std::size_t i = 0; i < pods_.size(); ++i) {
        if (!serves(i, of)) continue;
        const auto& one = pods_[i];
        if (one.state() == pod_state::ready) {
            if (model_on(i, of.wish)) return std::nullopt;
            asked.push_back(&*one.offers());
        } else if (one.hopeful()) {
            return std::nullopt;
        } else if (!reason) {
            reason = gave_up_on(one, members_[i].address.label);
        }
    }
    if (asked.empty()) return reason;
    if (of.wish.workflow && std::none_of(asked.begin(), asked.end(),
                                         [](const auto* one) { return one->takes_workflows; }))
        return no_workflow_server();
    return no_such_model(of.wish.model, asked);
}

std::optional<error> dispatcher::why_unanswered(const ticket& of) const {
    const auto& one = pods_[*of.terms.only];
    const bool late = time_.elapsed() - of.since >= lookup_wait_max;
    if (one.state() == pod_state::unknown) return std::nullopt;
    if (one.hopeful() && !(late && other_may_draw(*of.terms.only, of))) return std::nullopt;
    return gave_up_on(one, members_[*of.terms.only].address.label);
}

}  // namespace medusa
