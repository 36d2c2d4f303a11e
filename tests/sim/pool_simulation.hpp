// The pool's decisions over virtual time: stand-in servers of unequal speeds die, come back cold,
// lose what they held and swallow answers, from one seed a run. Owned by a test, one thread; what
// goes wrong is reported to GoogleTest.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <queue>
#include <random>

#include "engine/pool/course.hpp"
#include "engine/pool/dispatcher.hpp"
#include "support/virtual_timer.hpp"

namespace medusa::testing_support {

struct plan {
    int servers = 3;
    int pictures = 30;
    int stories = 0;       // that wait at once; 0: two a server
    double slowest_s = 4;  // the quickest needs a tenth of it
    double death = 0;      // chance, for each prompt, that its server dies in the middle of it
    double swallowed = 0;  // that its answer is lost on the way: the server draws on
    double refused = 0;    // that it never arrives
    double faceless = 0;
    double spoilt = 0;  // that it is drawn in vain
};

inline error failure_of(failure_class kind) {
    return error(errc::unavailable, remote_failure{kind}, "RunPod connection failed: as planned");
}

struct prompt {
    int picture = 0;
    bool faceless = false;
    bool spoilt = false;
};

struct pod_double {
    double seconds = 1;
    bool alive = true;
    int lives = 0;                              // a restart loses all below
    milliseconds warm_at{0};                    // answers, but is not ready before
    std::vector<std::pair<int, prompt>> queue;  // attempt and what it asks for; the first one runs
    std::map<int, prompt> finished;
    milliseconds busy{0};
    milliseconds head_since{0};
    std::size_t longest_queue = 0;
};

// Ours and theirs as one sequence of events.
class simulation {
public:
    simulation(const plan& wanted, unsigned seed)
        : plan_(wanted),
          dice_(seed),
          members_(make_members(wanted.servers)),
          budget_(timer_),
          dispatcher_(members_, timer_, [this] { return unit(); }),
          pods_(std::size_t(wanted.servers)) {
        const double quickest = wanted.slowest_s / 10;
        for (std::size_t i = 0; i < pods_.size(); ++i)
            pods_[i].seconds = quickest + (wanted.slowest_s - quickest) * double(i) /
                                              double(std::max<std::size_t>(1, pods_.size() - 1));
        pictures_.resize(std::size_t(wanted.pictures));
    }

    void run() {
        const int stories = plan_.stories ? plan_.stories : 2 * plan_.servers;
        for (int i = 0; i < std::min(stories, plan_.pictures); ++i) start_next();
        while (ended_ < plan_.pictures) {
            settle();
            ASSERT_LT(++steps_, 2'000'000) << "it does not end";
            if (!advance()) break;
        }
    }

    struct picture_state {
        std::unique_ptr<picture_course> course;
        ticket_terms terms;
        int endings = 0;
        bool drawn = false;
        std::string why;
        std::vector<int> attempts;
        int named_faults = 0;  // each may cost it one more attempt
        // The attempt at hand.
        int attempt = 0;
        std::size_t server = 0;
        bool accepted = false;
    };

    const std::vector<picture_state>& pictures() const { return pictures_; }
    const std::vector<pod_double>& pods() const { return pods_; }
    const std::map<int, int>& prompts() const { return prompts_; }
    milliseconds took() const { return last_end_ - began_; }
    int attempts() const { return last_attempt_; }

private:
    using event = std::pair<milliseconds, std::uint64_t>;

    static std::vector<pool_member> make_members(int count) {
        std::vector<std::string> urls;
        for (int i = 0; i < count; ++i)
            urls.push_back("http://127.0.0.1:" + std::to_string(9000 + i));
        return roster_of({.every_style = urls});
    }

    double unit() { return std::uniform_real_distribution<double>(0, 1)(dice_); }
    bool chance(double part) { return unit() < part; }

    void at(milliseconds when, std::function<void()> act) {
        actions_[++last_event_] = std::move(act);
        events_.push({when, last_event_});
    }
    void after(double seconds, std::function<void()> act) {
        at(timer_.elapsed() + milliseconds(std::int64_t(seconds * 1'000)), std::move(act));
    }

    bool advance() {
        const auto pacer = dispatcher_.next_event();
        if (events_.empty() && !pacer) return false;
        if (events_.empty() || (pacer && *pacer < events_.top().first)) {
            timer_.advance(*pacer - timer_.elapsed());
            return true;
        }
        const auto [when, id] = events_.top();
        events_.pop();
        if (when > timer_.elapsed()) timer_.advance(when - timer_.elapsed());
        const auto act = std::move(actions_.at(id));
        actions_.erase(id);
        act();
        return true;
    }

    void settle() {
        while (const auto server = dispatcher_.take_probe())
            after(0.02, [=, this] { probe(*server); });
        for (auto& decided : dispatcher_.decide()) {
            const int picture = tickets_.at(decided.ticket);
            tickets_.erase(decided.ticket);
            if (decided.hopeless)
                hopeless(picture, *decided.hopeless);
            else
                placed(picture, decided.place->server);
        }
    }

    void probe(std::size_t index) {
        const auto& pod = pods_[index];
        if (!pod.alive)
            return dispatcher_.probe_failed(index, failure_of(failure_class::transient));
        if (pod.warm_at > timer_.elapsed())
            return dispatcher_.probe_failed(index, failure_of(failure_class::warming));
        server_capabilities offers;
        offers.checkpoints = {"diving.safetensors"};
        offers.identity_methods = {"faceid", "ipadapter", "seed"};
        dispatcher_.probed(index, offers);
    }

    void start_next() {
        if (started_ == plan_.pictures) return;
        const int picture = started_++;
        pictures_[std::size_t(picture)].course = std::make_unique<picture_course>(
            std::vector<attempt>{}, budget_, [this] { return unit(); });
        queue_up(picture);
    }

    void queue_up(int picture) {
        auto& own = pictures_[std::size_t(picture)];
        tickets_[dispatcher_.enqueue({.style = "anime"}, own.terms)] = picture;
    }

    void placed(int picture, std::size_t server) {
        auto& own = pictures_[std::size_t(picture)];
        if (own.terms.only) {
            own.terms = {};
            after(0.01, [=, this] { look_up(picture); });
            return;
        }
        own.server = server;
        own.attempt = ++last_attempt_;
        own.accepted = false;
        own.attempts.push_back(own.attempt);
        after(0.01, [=, this] { submit(picture); });
    }

    void submit(int picture) {
        auto& own = pictures_[std::size_t(picture)];
        auto& pod = pods_[own.server];
        if (!pod.alive || chance(plan_.refused)) return fault(picture, failure_class::transient);
        if (pod.warm_at > timer_.elapsed()) return fault(picture, failure_class::warming);
        if (began_.count() == 0) began_ = timer_.elapsed();
        ++prompts_[own.attempt];
        const bool reference = chance(0.5);
        pod.queue.push_back(
            {own.attempt, {picture, reference && chance(plan_.faceless), chance(plan_.spoilt)}});
        pod.longest_queue = std::max(pod.longest_queue, pod.queue.size());
        if (pod.queue.size() == 1) begin_head(own.server);
        if (chance(plan_.swallowed)) return fault(picture, failure_class::ambiguous);
        own.accepted = true;
        waiting_[own.attempt] = picture;
    }

    void begin_head(std::size_t index) {
        auto& pod = pods_[index];
        pod.head_since = timer_.elapsed();
        const int attempt = pod.queue.front().first;
        const int life = pod.lives;
        const bool dies = chance(plan_.death);
        after(dies ? pod.seconds * unit() : pod.seconds, [=, this] {
            if (pods_[index].lives != life) return;
            if (dies)
                die(index);
            else
                finish_head(index, attempt);
        });
    }

    void finish_head(std::size_t index, int attempt) {
        auto& pod = pods_[index];
        pod.busy += timer_.elapsed() - pod.head_since;
        last_end_ = timer_.elapsed();
        pod.finished[attempt] = pod.queue.front().second;
        pod.queue.erase(pod.queue.begin());
        if (!pod.queue.empty()) begin_head(index);
        const auto found = waiting_.find(attempt);
        if (found == waiting_.end()) return;
        const int picture = found->second;
        waiting_.erase(found);
        after(0.01, [=, this] { outcome(picture); });
    }

    void die(std::size_t index) {
        auto& pod = pods_[index];
        pod.busy += timer_.elapsed() - pod.head_since;
        pod.alive = false;
        ++pod.lives;
        pod.finished.clear();
        for (const auto& [attempt, what] : std::exchange(pod.queue, {}))
            if (const auto found = waiting_.find(attempt); found != waiting_.end()) {
                const int picture = found->second;
                waiting_.erase(found);
                after(0.01, [=, this] { fault(picture, failure_class::ambiguous); });
            }
        after(30 * unit(), [=, this] {
            pods_[index].alive = true;
            pods_[index].warm_at = timer_.elapsed() + milliseconds(std::int64_t(20'000 * unit()));
        });
    }

    void look_up(int picture) {
        auto& own = pictures_[std::size_t(picture)];
        auto& pod = pods_[own.server];
        if (!pod.alive) return fault(picture, failure_class::ambiguous);
        if (pod.warm_at > timer_.elapsed()) return fault(picture, failure_class::warming);
        if (pod.finished.contains(own.attempt)) return outcome(picture);
        const bool queued = std::any_of(pod.queue.begin(), pod.queue.end(),
                                        [&](const auto& one) { return one.first == own.attempt; });
        if (queued)
            waiting_[own.attempt] = picture;
        else
            fault(picture, failure_class::lost);
    }

    void outcome(int picture) {
        auto& own = pictures_[std::size_t(picture)];
        const auto& done = pods_[own.server].finished;
        const auto found = done.find(own.attempt);
        if (found == done.end()) return fault(picture, failure_class::ambiguous);
        EXPECT_EQ(found->second.picture, picture) << "somebody else's picture";
        if (found->second.spoilt) return fault(picture, failure_class::transient, true);
        dispatcher_.at(own.server).drew();
        dispatcher_.at(own.server).leave();
        if (found->second.faceless && own.named_faults < 2) {
            ++own.named_faults;
            own.course->faceless(own.named_faults == 1 ? "faceid" : "ipadapter");
            own.terms = {};
            return queue_up(picture);
        }
        own.drawn = true;
        end(picture);
    }

    void fault(int picture, failure_class kind, bool looked_up = false) {
        auto& own = pictures_[std::size_t(picture)];
        const auto failure = failure_of(kind);
        dispatcher_.at(own.server).failed(failure);
        const auto next = own.course->failed(failure, own.accepted && !looked_up);
        if (next.next == ruling::act::ask_again) {
            own.accepted = true;
            own.terms = {.only = own.server};
            return queue_up(picture);
        }
        over(picture, next, failure);
    }

    void hopeless(int picture, const error& why) {
        auto& own = pictures_[std::size_t(picture)];
        if (!own.terms.only) {
            own.why = why.detail();
            return end(picture);
        }
        over(picture, own.course->unanswered(), why);
    }

    void over(int picture, const ruling& next, const error& why) {
        auto& own = pictures_[std::size_t(picture)];
        dispatcher_.at(own.server).told_nothing();
        dispatcher_.at(own.server).leave();
        if (next.next == ruling::act::give_up) {
            own.why = why.detail();
            return end(picture);
        }
        ++own.named_faults;
        own.terms = {};
        if (next.avoid_server) own.terms.avoid = own.server;
        own.terms.not_before = timer_.elapsed() + next.pause;
        queue_up(picture);
    }

    void end(int picture) {
        auto& own = pictures_[std::size_t(picture)];
        ++own.endings;
        ++ended_;
        own.course.reset();
        after(0.05, [this] { start_next(); });
    }

    plan plan_;
    virtual_timer timer_;
    std::mt19937 dice_;
    std::vector<pool_member> members_;
    retry_budget budget_;
    dispatcher dispatcher_;
    std::vector<pod_double> pods_;
    std::vector<picture_state> pictures_;
    std::map<ticket_id, int> tickets_;
    std::map<int, int> waiting_;  // attempt: the picture whose story hears of its end
    std::map<int, int> prompts_;  // attempt: how often a server got it
    std::priority_queue<event, std::vector<event>, std::greater<>> events_;
    std::map<std::uint64_t, std::function<void()>> actions_;
    std::uint64_t last_event_ = 0;
    int last_attempt_ = 0;
    int started_ = 0;
    int ended_ = 0;
    int steps_ = 0;
    milliseconds began_{0};
    milliseconds last_end_{0};
};

}  // namespace medusa::testing_support
