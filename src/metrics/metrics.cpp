#include "metrics/metrics.hpp"

#include <fmt/format.h>
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>
#include <sys/resource.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <map>
#include <mutex>
#include <utility>

#include "core/version.hpp"
#include "net/failure.hpp"

namespace medusa {
namespace {

namespace prom = prometheus;
using labels = std::map<std::string, std::string>;

// Seconds. A stage is anything from an upload to a local folder to a queue of pods that start.
const prom::Histogram::BucketBoundaries stage_buckets{0.01, 0.05, 0.1, 0.25, 0.5, 1,   2.5,
                                                      5,    10,   30,  60,   120, 300, 900};
const prom::Histogram::BucketBoundaries request_buckets{
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 90};
// Jobs whose engine is remembered until they end; more than any process runs at once. Beyond that
// all are forgotten, and those that still run count as `unknown`.
constexpr std::size_t engines_known = 4'096;

constexpr std::array<std::string_view, 6> methods{"GET",   "HEAD",   "POST",
                                                  "PATCH", "DELETE", "OPTIONS"};

std::string word_of(server_health::breaker state) {
    switch (state) {
        case server_health::breaker::closed:
            return "closed";
        case server_health::breaker::half_open:
            return "half_open";
        case server_health::breaker::open:
            break;
    }
    return "open";
}

std::string kind_of(const job& one) {
    return std::holds_alternative<character_request>(one.request) ? "character" : "image";
}

void set(prom::Registry& on, const char* name, const char* help, double value,
         const labels& of = {}) {
    prom::BuildGauge().Name(name).Help(help).Register(on).Add(of).Set(value);
}

void add_queue(prom::Registry& on, const scraped& live) {
    set(on, "medusa_store_up", "Whether the store answered this scrape.", live.queue ? 1 : 0);
    if (!live.queue) return;
    set(on, "medusa_queue_depth", "Jobs that wait for a worker, in the store.",
        double(live.queue->jobs), {{"queue", "jobs"}});
    const std::chrono::duration<double> age =
        live.queue->since ? live.now - *live.queue->since : std::chrono::milliseconds(0);
    set(on, "medusa_queue_oldest_age_seconds",
        "Since when the first of the waiting jobs was accepted; 0 when none waits.",
        std::max(age.count(), 0.0));
}

void add_servers(prom::Registry& on, const std::vector<server_health>& servers) {
    std::map<std::string, int> seen;  // two pods may look alike: their names are masked
    for (const auto& one : servers) {
        const int twin = ++seen[one.label];
        const auto label = twin == 1 ? one.label : fmt::format("{} #{}", one.label, twin);
        if (one.up)
            set(on, "medusa_engine_up", "Whether the image server was ready when last asked.",
                *one.up ? 1 : 0, {{"server", label}});
        for (const auto state : {server_health::breaker::closed, server_health::breaker::half_open,
                                 server_health::breaker::open})
            set(on, "medusa_breaker_state", "1 for the state that the server's breaker is in.",
                one.state == state ? 1 : 0, {{"server", label}, {"state", word_of(state)}});
    }
}

// proc(5), statm: the second number is the resident set, in pages.
double resident_bytes() {
    std::ifstream file("/proc/self/statm");
    double size = 0;
    double resident = 0;
    file >> size >> resident;
    return resident * double(sysconf(_SC_PAGESIZE));
}

}  // namespace

struct metrics::families {
    prom::Registry all;
    prom::Family<prom::Counter>& requests =
        prom::BuildCounter()
            .Name("medusa_http_requests_total")
            .Help("HTTP requests that were answered, by the pattern of their route.")
            .Register(all);
    prom::Family<prom::Histogram>& request_seconds =
        prom::BuildHistogram()
            .Name("medusa_http_request_duration_seconds")
            .Help("From a request's last byte to its answer's, with what it waited for a job.")
            .Register(all);
    prom::Family<prom::Counter>& jobs =
        prom::BuildCounter()
            .Name("medusa_jobs_total")
            .Help("Jobs that came into this state by this process: accepted, leased, ended ...")
            .Register(all);
    prom::Family<prom::Histogram>& stages =
        prom::BuildHistogram()
            .Name("medusa_stage_duration_seconds")
            .Help("How long a job took from its event before to the end of this stage.")
            .Register(all);
    prom::Family<prom::Counter>& retries =
        prom::BuildCounter()
            .Name("medusa_retries_total")
            .Help("Calls to remote parts that failed, and were made again.")
            .Register(all);
    prom::Family<prom::Counter>& gpu_seconds =
        prom::BuildCounter()
            .Name("medusa_gpu_seconds_total")
            .Help("Between a server's first step and its picture, or the end without one.")
            .Register(all);
    prom::Family<prom::Counter>& webhooks =
        prom::BuildCounter()
            .Name("medusa_webhook_tries_total")
            .Help("Webhooks that were sent by this process, by what came of it.")
            .Register(all);
    prom::Counter& upload_bytes = prom::BuildCounter()
                                      .Name("medusa_upload_bytes_total")
                                      .Help("Bytes that the asset store took.")
                                      .Register(all)
                                      .Add({});
    // What a route is counted by: asked for with each request, so kept at hand.
    struct route_counters {
        std::array<prom::Counter*, 6> by_class{};  // 1xx to 5xx
        prom::Histogram* seconds = nullptr;
    };
    std::mutex mutex;
    std::map<std::pair<std::string, std::string>, route_counters, std::less<>> routes;  // guarded
    std::map<std::string, std::string> engines;  // of jobs that run; guarded by mutex

    families() {
        prom::BuildGauge()
            .Name("medusa_build_info")
            .Help("1, with the version that runs.")
            .Register(all)
            .Add({{"version", std::string(version)}})
            .Set(1);
    }
};

metrics::metrics() : told_(std::make_unique<families>()) {}

metrics::~metrics() = default;

void metrics::answered(std::string_view method, std::string_view route, int status,
                       std::chrono::microseconds took) {
    const bool known = std::find(methods.begin(), methods.end(), method) != methods.end();
    const auto shown = known ? method : std::string_view("other");
    const auto status_class = std::size_t(std::clamp(status / 100, 1, 5));
    const std::pair<std::string, std::string> key(shown, route);
    prom::Counter* requests = nullptr;
    prom::Histogram* seconds = nullptr;
    {
        const std::lock_guard lock(told_->mutex);
        auto& counters = told_->routes[key];
        auto& of_class = counters.by_class[status_class];
        if (!of_class)
            of_class = &told_->requests.Add({{"method", key.first},
                                             {"route", key.second},
                                             {"status", fmt::format("{}xx", status_class)}});
        if (!counters.seconds)
            counters.seconds = &told_->request_seconds.Add(
                {{"method", key.first}, {"route", key.second}}, request_buckets);
        requests = of_class;
        seconds = counters.seconds;
    }
    requests->Increment();
    seconds->Observe(std::chrono::duration<double>(took).count());
}

void metrics::changed(const job_before* before, const job& now) {
    const auto& status = now.status;
    if (!before || before->status.state != status.state)
        told_->jobs.Add({{"state", std::string(to_string(status.state))}, {"kind", kind_of(now)}})
            .Increment();
    std::string engine = "unknown";  // it was drawn by another process
    {
        const std::lock_guard lock(told_->mutex);
        const auto found = told_->engines.find(now.id);
        if (found != told_->engines.end()) {
            engine = found->second;
            if (has_ended(status.state)) told_->engines.erase(found);
        }
    }
    if (!before || now.events.empty() || status.stage <= before->status.stage) return;
    const std::chrono::duration<double> took = now.events.back().at - before->told_at;
    told_->stages
        .Add({{"stage", std::string(to_string(status.stage))}, {"engine", engine}}, stage_buckets)
        .Observe(std::max(took.count(), 0.0));
}

void metrics::drew(const std::string& job_id, std::string_view engine, double gpu_seconds) {
    if (gpu_seconds > 0)
        told_->gpu_seconds.Add({{"engine", std::string(engine)}}).Increment(gpu_seconds);
    const std::lock_guard lock(told_->mutex);
    if (told_->engines.size() >= engines_known) told_->engines.clear();
    told_->engines.insert_or_assign(job_id, std::string(engine));
}

void metrics::drew_nothing(double gpu_seconds) {
    if (gpu_seconds > 0) told_->gpu_seconds.Add({{"engine", "none"}}).Increment(gpu_seconds);
}

void metrics::tried_webhook(std::string_view outcome) {
    told_->webhooks.Add({{"outcome", std::string(outcome)}}).Increment();
}

void metrics::uploaded(std::size_t bytes) {
    told_->upload_bytes.Increment(double(bytes));
}

void metrics::retried(std::string_view upstream, failure_class kind) {
    told_->retries
        .Add({{"upstream", std::string(upstream)}, {"class", std::string(to_string(kind))}})
        .Increment();
}

std::string metrics::text(const scraped& live) const {
    prom::Registry now;
    add_queue(now, live);
    add_servers(now, live.servers);
    set(now, "process_resident_memory_bytes", "Resident memory size in bytes.", resident_bytes());
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    const auto seconds = [](const timeval& time) {
        return double(time.tv_sec) + double(time.tv_usec) / 1e6;
    };
    prom::BuildCounter()
        .Name("process_cpu_seconds_total")
        .Help("Total user and system CPU time spent in seconds.")
        .Register(now)
        .Add({})
        .Increment(seconds(used.ru_utime) + seconds(used.ru_stime));
    auto all = told_->all.Collect();
    auto live_ones = now.Collect();
    std::move(live_ones.begin(), live_ones.end(), std::back_inserter(all));
    return prom::TextSerializer{}.Serialize(all);
}

}  // namespace medusa
