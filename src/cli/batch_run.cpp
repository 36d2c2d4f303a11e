#include "cli/batch_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <cmath>

#include "cli/job_run.hpp"
#include "cli/results.hpp"
#include "core/text.hpp"
#include "domain/template.hpp"
#include "job/reason.hpp"
#include "pipeline/check_request.hpp"
#include "worker/queue_trouble.hpp"

namespace medusa {
namespace {

using seconds = std::chrono::duration<double>;

// What is said of a job at the end: ten thousand of them are kept.
struct outcome {
    bool made = false;
    bool failed = false;
    errc why{};  // where it failed
    std::string name;
    std::int64_t id = 0;  // the character's
    seconds took{};
};

// From when a worker took it to its end.
seconds time_of(const job& ended) {
    for (auto event = ended.events.rbegin(); event != ended.events.rend(); ++event)
        if (event->what == "leased") return ended.events.back().at - event->at;
    return seconds{0};
}

class batch {
public:
    batch(const pipeline_parts& with, const batch_job& job, cli_context& context)
        : with_(with), job_(job), context_(context), outcomes_(job.entries.size()) {}

    void run() {
        const auto order = this->order();
        id_ = order.asked.id;
        progress_view view(context_.out, job_.entries.size(), context_.parts.settings().debug);
        run_jobs(context_, order, view,
                 {.ended = [this](const job& one) { tell(one); },
                  .label =
                      [this](const job& one) {
                          return job_.entries[std::size_t(one.index)].draft.name;
                      }});
    }

    const std::vector<outcome>& outcomes() const { return outcomes_; }
    const std::vector<std::string>& notes() const { return notes_; }
    const std::string& id() const { return id_; }

private:
    job_order order() const {
        job_order made;
        made.asked.owner = job_.owner;
        made.asked.surroundings = job_.surroundings;
        made.concurrency = job_.concurrency;
        for (const auto& entry : job_.entries) made.jobs.push_back(asked(entry));
        made.asked.id = job_.id.empty() ? id_for(made.jobs) : job_.id;
        return made;
    }

    std::string id_for(const std::vector<asked_job>& jobs) const {
        auto& queue = context_.parts.queue();
        if (!job_.file.empty())
            if (const auto begun = queue.find_unfinished(job_.owner, job_.surroundings, jobs)) {
                context_.out.message(
                    fmt::format("going on with batch {}, {} of {} are done", begun->id,
                                queue.count({.submission_id = begun->id}).done, begun->total));
                return begun->id;
            }
        return with_.ids.uuid();
    }

    // What can never be drawn has failed already; the text of what is refused is not kept.
    asked_job asked(const batch_entry& entry) const {
        asked_job made{.request = character_request{entry.draft}, .line = entry.line};
        made.unreadable = entry.unreadable;
        try {
            if (!made.unreadable) check_request(with_, job_.owner, character_request{entry.draft});
        } catch (const error& refused) {
            made.unreadable = refused;
        }
        if (made.unreadable) made.request = character_request{};
        return made;
    }

    void tell(const job& ended) {
        const auto index = std::size_t(ended.index);
        if (index >= outcomes_.size()) return;  // of an earlier, longer form of this batch
        outcomes_[index].took = time_of(ended);
        if (ended.status.state != job_state::done) return tell_failed(index, reason_of(ended));
        try {
            tell_made(index, created_by(with_, ended));
        } catch (const error& failure) {
            if (may_pass(failure)) throw;
            tell_failed(index, failure);
        }
    }

    void tell_failed(std::size_t index, const error& failure) {
        // Stopped, nothing of it is left: it counts as not started.
        if (failure.code() == errc::cancelled) return;
        auto& own = outcomes_[index];
        own.failed = true;
        own.why = failure.code();
        if (job_.json)
            print(index, to_result(failure));
        else
            context_.out.message(fmt::format("❌ {}: {}", label(index), printable(failure.what())));
    }

    void tell_made(std::size_t index, const created_character& made) {
        auto& own = outcomes_[index];
        own.made = true;
        own.name = made.record.name;
        own.id = made.record.id;
        for (const auto& note : made.notes)
            if (std::find(notes_.begin(), notes_.end(), note) == notes_.end())
                notes_.push_back(note);
        if (job_.json)
            print(index, to_result(made));
        else
            context_.out.message(fmt::format("✅ {} - ID: {}", printable(own.name), own.id));
    }

    void print(std::size_t index, boost::json::object line) {
        line["index"] = index;
        if (const int number = job_.entries[index].line; number > 0) line["line"] = number;
        context_.out.result(boost::json::serialize(line));
    }

    std::string label(std::size_t index) const {
        const auto& entry = job_.entries[index];
        const auto where = entry.line > 0 ? fmt::format("line {}", entry.line)
                                          : fmt::format("character {}", index + 1);
        return entry.draft.name.empty()
                   ? where
                   : fmt::format("{} ({})", printable(entry.draft.name), where);
    }

    const pipeline_parts& with_;
    const batch_job& job_;
    cli_context& context_;
    std::string id_;
    std::vector<outcome> outcomes_;   // both written by one thread at a time, and read
    std::vector<std::string> notes_;  // when all have ended
};

struct counts {
    std::size_t made = 0;
    std::size_t failed = 0;
    // In percent, with one decimal.
    double rate() const {
        const auto all = made + failed;
        return all == 0 ? 0.0 : std::round(1000.0 * double(made) / double(all)) / 10.0;
    }
};

counts count(const std::vector<outcome>& outcomes) {
    counts result;
    for (const auto& one : outcomes) {
        result.made += one.made;
        result.failed += one.failed;
    }
    return result;
}

// What existing users look for at the end of a batch (interface.md 3).
void print_summary(terminal& out, const std::vector<outcome>& outcomes) {
    const auto total = count(outcomes);
    out.result("📊 Fast batch generation summary:");
    out.result(fmt::format("✅ Successful: {}", total.made));
    out.result(fmt::format("❌ Failed: {}", total.failed));
    out.result(fmt::format("📈 Success rate: {:.1f}%", total.rate()));
    if (total.made > 0) out.result("\n🎉 Characters created:");
    int position = 0;
    for (const auto& one : outcomes) {
        if (!one.made) continue;
        out.result(fmt::format("✅ {}. {} - ID: {} ({:.0f}s)", ++position, printable(one.name),
                               one.id, one.took.count()));
    }
}

void print_json_summary(terminal& out, const std::string& id,
                        const std::vector<outcome>& outcomes) {
    const auto total = count(outcomes);
    // By hand: Boost.JSON writes 100.0 as 1E2, which people and simple scripts cannot read.
    out.result(fmt::format(R"({{"summary":{{"batchId":"{}","total":{},"successful":{},"failed":{},)"
                           R"("notStarted":{},"successRate":{}}}}})",
                           id, outcomes.size(), total.made, total.failed,
                           outcomes.size() - total.made - total.failed, total.rate()));
}

int exit_code_of(const std::vector<outcome>& outcomes, bool interrupted) {
    if (interrupted) return info(errc::cancelled).exit_code;
    const auto total = count(outcomes);
    if (total.failed == 0) return 0;
    constexpr int some_failed = 5;
    return total.made > 0 ? some_failed : 1;
}

// The command that goes on, where going on gains something: for what was not made yet, and for
// lines of the file once they are mended. Wrong usage and refusals stay what they are.
void advise(terminal& out, const batch_job& job, const std::string& id,
            const std::vector<outcome>& outcomes, bool interrupted) {
    const auto failed_with = [&](auto matches) {
        return std::any_of(outcomes.begin(), outcomes.end(),
                           [&](const outcome& one) { return one.failed && matches(one.why); });
    };
    if (interrupted ||
        failed_with([](errc code) { return info(code).retry != retry_class::never; }))
        out.message("go on with the rest: " + job.resume_words + id);
    else if (!job.file.empty() &&
             failed_with([](errc code) { return code == errc::invalid_argument; }))
        out.message("once the lines are mended, go on with them: " + job.resume_words + id);
}

}  // namespace

std::vector<batch_entry> template_entries(std::size_t count) {
    std::vector<batch_entry> entries(count);
    for (std::size_t i = 0; i < count; ++i) {
        const auto one = template_at(i);
        entries[i].draft.name = one.name;
        entries[i].draft.description = one.description;
        entries[i].draft.style = one.style;
        entries[i].draft.tags = one.tags;
    }
    return entries;
}

std::vector<batch_entry> stored_entries(job_queue& queue, const std::string& id) {
    std::vector<batch_entry> entries;
    const auto known = queue.find_submission(id);
    for (std::size_t i = 0; known && i < known->total; ++i) {
        const auto found = queue.find(derived_uuid(id, int(i)));
        const auto* wanted = found ? std::get_if<character_request>(&found->request) : nullptr;
        if (!wanted)
            throw error(errc::invalid_argument, fmt::format("{} is not a batch of characters", id),
                        "medusa jobs shows what there is");
        batch_entry entry{found->line, wanted->draft, {}};
        if (found->status.state == job_state::failed) entry.unreadable = reason_of(*found);
        entries.push_back(std::move(entry));
    }
    return entries;
}

int run_batch(const pipeline_parts& with, const batch_job& job, cli_context& context) {
    batch running(with, job, context);
    running.run();
    const auto& outcomes = running.outcomes();
    const bool unfinished = count(outcomes).made + count(outcomes).failed < job.entries.size();
    const bool interrupted = context.stop.stop_requested() && unfinished;
    if (job.json)
        print_json_summary(context.out, running.id(), outcomes);
    else
        print_summary(context.out, outcomes);
    for (const auto& note : running.notes()) context.out.message("note: " + printable(note));
    advise(context.out, job, running.id(), outcomes, interrupted);
    return exit_code_of(outcomes, interrupted);
}

}  // namespace medusa
