#include "cli/batch_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <boost/json.hpp>
#include <chrono>
#include <cmath>
#include <thread>

#include "cli/progress.hpp"
#include "cli/results.hpp"
#include "core/text.hpp"
#include "domain/template.hpp"

namespace medusa {
namespace {

using seconds = std::chrono::duration<double>;

struct outcome {
    std::optional<created_character> made;
    std::optional<error> failure;
    seconds took{};
};

class batch {
public:
    batch(const pipeline_parts& with, const batch_job& job, cli_context& context)
        : with_(with),
          job_(job),
          context_(context),
          outcomes_(job.entries.size()),
          view_(context.out, job.entries.size(), context.parts.settings().debug) {}

    // Each thread takes the next entry until none is left or the user stops.
    void run() {
        std::vector<std::jthread> workers;
        const auto count = std::min(std::size_t(job_.concurrency), job_.entries.size());
        for (std::size_t i = 0; i < count; ++i) workers.emplace_back([this] { work(); });
    }

    const std::vector<outcome>& outcomes() const { return outcomes_; }

private:
    void work() {
        while (!context_.stop.stop_requested()) {
            const auto index = next_++;
            if (index >= job_.entries.size()) return;
            auto result = made(index);
            // Stopped in the middle, nothing of it is left: it counts as not started.
            if (result.failure && result.failure->code() == errc::cancelled) return;
            outcomes_[index] = std::move(result);
            view_.finished(index);
            tell(index);
        }
    }

    outcome made(std::size_t index) {
        const auto& entry = job_.entries[index];
        const auto began = std::chrono::steady_clock::now();
        outcome result;
        try {
            if (entry.unreadable) throw error(*entry.unreadable);
            const create_character_job story{derived_uuid(job_.id, int(index)), job_.owner,
                                             entry.draft};
            result.made = create_character(with_, story,
                                           {view_.track(index, entry.draft.name), context_.stop});
        } catch (const error& failure) {
            result.failure = failure;
        } catch (const std::exception& bug) {
            result.failure = error(errc::internal, fmt::format("a bug in medusa: {}", bug.what()));
        }
        result.took = std::chrono::steady_clock::now() - began;
        return result;
    }

    void tell(std::size_t index) {
        const auto& entry = job_.entries[index];
        const auto& [made, failure, took] = outcomes_[index];
        if (job_.json) {
            auto line = made ? to_result(*made) : to_result(*failure);
            line["index"] = index;
            if (entry.line > 0) line["line"] = entry.line;
            context_.out.result(boost::json::serialize(line));
        } else if (made) {
            context_.out.message(
                fmt::format("✅ {} - ID: {}", printable(made->record.name), made->record.id));
        } else {
            context_.out.message(
                fmt::format("❌ {}: {}", label(index), printable(failure->what())));
        }
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
    std::vector<outcome> outcomes_;  // each written by the one thread that took its index
    progress_view view_;
    std::atomic<std::size_t> next_{0};
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
        result.made += one.made.has_value();
        result.failed += one.failure.has_value();
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
        out.result(fmt::format("✅ {}. {} - ID: {} ({:.0f}s)", ++position,
                               printable(one.made->record.name), one.made->record.id,
                               one.took.count()));
    }
}

void print_json_summary(terminal& out, const batch_job& job, const std::vector<outcome>& outcomes) {
    const auto total = count(outcomes);
    // By hand: Boost.JSON writes 100.0 as 1E2, which people and simple scripts cannot read.
    out.result(fmt::format(R"({{"summary":{{"batchId":"{}","total":{},"successful":{},"failed":{},)"
                           R"("notStarted":{},"successRate":{}}}}})",
                           job.id, job.entries.size(), total.made, total.failed,
                           job.entries.size() - total.made - total.failed, total.rate()));
}

void print_notes(terminal& out, const std::vector<outcome>& outcomes) {
    std::vector<std::string> said;
    for (const auto& one : outcomes) {
        if (!one.made) continue;
        for (const auto& note : one.made->notes) {
            if (std::find(said.begin(), said.end(), note) != said.end()) continue;
            said.push_back(note);
            out.message("note: " + printable(note));
        }
    }
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
void advise(terminal& out, const batch_job& job, const std::vector<outcome>& outcomes,
            bool interrupted) {
    const auto failed_with = [&](auto matches) {
        return std::any_of(outcomes.begin(), outcomes.end(), [&](const outcome& one) {
            return one.failure && matches(one.failure->code());
        });
    };
    if (interrupted ||
        failed_with([](errc code) { return info(code).retry != retry_class::never; }))
        out.message("go on with the rest: " + job.resume_words);
    else if (!job.file.empty() &&
             failed_with([](errc code) { return code == errc::invalid_argument; }))
        out.message("once the lines are mended, go on with them: " + job.resume_words);
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

int run_batch(const pipeline_parts& with, const batch_job& job, cli_context& context) {
    std::vector<outcome> outcomes;
    {
        batch running(with, job, context);
        running.run();
        outcomes = running.outcomes();
    }
    const bool unfinished = count(outcomes).made + count(outcomes).failed < job.entries.size();
    const bool interrupted = context.stop.stop_requested() && unfinished;
    if (job.json)
        print_json_summary(context.out, job, outcomes);
    else
        print_summary(context.out, outcomes);
    print_notes(context.out, outcomes);
    advise(context.out, job, outcomes, interrupted);
    return exit_code_of(outcomes, interrupted);
}

}  // namespace medusa
