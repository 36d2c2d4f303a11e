#include "http/serve.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <charconv>
#include <exception>
#include <optional>
#include <thread>

#include "core/text.hpp"
#include "http/access.hpp"
#include "http/gate.hpp"
#include "http/job_watch.hpp"
#include "http/jobs.hpp"
#include "http/problem.hpp"
#include "http/routes.hpp"

namespace medusa::http {
namespace {

constexpr std::size_t descriptors_kept = 256;
constexpr std::size_t path_chars_logged = 500;

edge_address address_in(const http_config& settings) {
    const auto colon = settings.listen.rfind(':');
    const auto port =
        std::string_view(settings.listen).substr(std::min(colon, settings.listen.size() - 1) + 1);
    edge_address at;
    at.trusted_proxies = settings.trusted_proxies;
    const auto [end, problem] = std::from_chars(port.data(), port.data() + port.size(), at.port);
    at.host = settings.listen.substr(0, colon);
    if (at.host == "localhost") at.host = "127.0.0.1";
    if (at.host.starts_with('[') && at.host.ends_with(']'))
        at.host = at.host.substr(1, at.host.size() - 2);
    if (colon == std::string::npos || problem != std::errc() || end != port.data() + port.size())
        throw error(errc::invalid_argument,
                    fmt::format("MEDUSA_HTTP is no address: {}", printable(settings.listen)),
                    "Write it as 127.0.0.1:3001");
    return at;
}

log_level level_of(const request& asked, int status) {
    if (!asked.found.trouble.empty()) return log_level::error;
    return status >= 500 ? log_level::warning : log_level::info;
}

log_entry line_of(const request& asked, int status, std::size_t bytes,
                  std::chrono::microseconds took) {
    log_entry line{.level = level_of(asked, status),
                   .msg = "request",
                   .request_id = asked.id,
                   .job_id = asked.found.job_id,
                   .owner = asked.found.owner,
                   .more = {{"method", asked.method},
                            {"path", path_of(asked.at).substr(0, path_chars_logged)},
                            {"status", status},
                            {"bytes", std::int64_t(bytes)},
                            {"us", took.count()},
                            {"peer", asked.peer}}};
    if (!asked.found.trouble.empty()) line.more.emplace_back("trouble", asked.found.trouble);
    return line;
}

// What never became a whole request, is one too many, or was not answered.
response refused(int status, const std::string& detail, const std::string& request_id) {
    const auto code = status == 429   ? errc::quota
                      : status == 408 ? errc::timed_out
                      : status == 500 ? errc::internal
                                      : errc::invalid_argument;
    return problem({code, detail}, "/", request_id, status);
}

std::optional<sign_in> guests_of(const http_config& settings) {
    if (settings.jwt_secret_file.empty()) return std::nullopt;
    return std::optional<sign_in>(std::in_place, sign_in_terms_of(settings));
}

edge_calls calls_of(const service& with, gate& at, const serve_terms& terms) {
    edge_calls calls;
    calls.handle = [&at](const request& asked) { return at.pass(asked); };
    calls.at_once = [&at](const request& asked) { return at.at_once(asked); };
    calls.body_bytes_max = body_bytes_max;
    calls.refuse = refused;
    calls.events = [&time = with.time](const job& one, std::int64_t after) {
        return events_after(one, after, time.now());
    };
    calls.done = [&with, &terms](const request& asked, int status, std::size_t bytes,
                                 std::chrono::microseconds took) {
        with.counted.answered(asked.method, asked.found.route, status, took);
        const bool says = terms.logs_all || !asked.found.trouble.empty();
        if (terms.log && says) terms.log(line_of(asked, status, bytes, took));
    };
    return calls;
}

// Beside the sockets there are files to open: the database, pictures, the decoder's pipes. Who
// fills all connections must not keep the service from those.
std::size_t connections_within(std::size_t wanted) {
    rlimit files{};
    if (::getrlimit(RLIMIT_NOFILE, &files) != 0) return wanted;
    const rlim_t needed = wanted + descriptors_kept;
    if (files.rlim_cur < needed) {
        files.rlim_cur = std::min(files.rlim_max, needed);
        if (::setrlimit(RLIMIT_NOFILE, &files) != 0) ::getrlimit(RLIMIT_NOFILE, &files);
    }
    if (files.rlim_cur >= needed) return wanted;
    return files.rlim_cur > 2 * descriptors_kept ? files.rlim_cur - descriptors_kept
                                                 : files.rlim_cur / 2;
}

void expect_tokens(const service& with) {
    const auto& listen = with.settings.http.listen;
    if (is_local(listen) || with.guests || !with.tokens.list().empty()) return;
    throw error(errc::unauthorized,
                fmt::format("{} can be reached from elsewhere, and there is no token yet",
                            printable(listen)),
                "Make one: medusa token create --scope write");
}

// However a scope ends, what waits for the stop is told before it is waited for.
struct at_end {
    std::stop_source& stop;
    ~at_end() { stop.request_stop(); }
};

// What of the service a process tells that serves nothing else.
class operations_door {
public:
    operations_door(const service& with, const std::string& listen)
        : settings_(at(with.settings, listen)),
          guests_(guests_of(settings_.http)),
          with_(elsewhere(with)),
          entrance_(with_),
          watch_(with.queue) {
        expect_tokens(with_);
        edge_calls calls;
        calls.handle = [this](const request& asked) -> answer {
            constexpr std::string_view told[] = {"healthz", "readyz", "metrics"};
            const auto& path = asked.at.path;
            const bool known = path.size() == 1 && std::find(std::begin(told), std::end(told),
                                                             path[0]) != std::end(told);
            if (known) return entrance_.pass(asked);
            return problem({errc::not_found, "there is nothing here"}, path_of(asked.at), asked.id);
        };
        calls.body_bytes_max = [](std::string_view, std::string_view) { return std::size_t{0}; };
        calls.refuse = refused;
        edge_limits limits;
        limits.connections_max = 64;
        limits.drain_most = std::chrono::milliseconds(1'000);
        door_ = make_edge(address_in(settings_.http), 1, limits, std::move(calls), watch_);
        with_.port = std::to_string(door_->port());
        serving_ = std::jthread([this](const std::stop_token& stop) { door_->run(stop); });
    }

private:
    service elsewhere(const service& with) {
        return {.settings = settings_,
                .port = {},
                .open = with.open,
                .queue = with.queue,
                .tokens = with.tokens,
                .webhooks = with.webhooks,
                .time = with.time,
                .counted = with.counted,
                .health = with.health,
                .small = with.small,
                .recall = with.recall,
                .guests = guests_ ? &*guests_ : nullptr};
    }
    static config at(config settings, const std::string& listen) {
        settings.http.listen = listen;
        return settings;
    }

    const config settings_;
    const std::optional<sign_in> guests_;
    service with_;
    gate entrance_;
    job_watch watch_;
    std::unique_ptr<edge> door_;
    std::jthread serving_;
};

}  // namespace

std::shared_ptr<void> serve_operations(const service& with, const std::string& listen) {
    return std::make_shared<operations_door>(with, listen);
}

void serve(service with, const worker_parts& worker, const serve_terms& terms,
           std::stop_token stop) {
    const auto guests = guests_of(with.settings.http);
    with.guests = guests ? &*guests : nullptr;
    expect_tokens(with);
    job_watch watch(with.queue);
    const auto at = address_in(with.settings.http);
    gate entrance(with);
    auto limits = terms.limits;
    limits.connections_max = connections_within(limits.connections_max);
    const auto door =
        make_edge(at, terms.handler_threads, limits, calls_of(with, entrance, terms), watch);
    with.port = std::to_string(door->port());

    std::stop_source end;
    const std::stop_callback stopped(stop, [&] { end.request_stop(); });
    std::exception_ptr failed;
    std::jthread working;
    const at_end stops_worker{end};
    if (terms.worker_concurrency > 0)
        working = std::jthread([&] {
            const worker_watcher watcher{.changed = [&](const job& one) { watch.changed(one); },
                                         .trouble = terms.trouble};
            try {
                const worker_terms own{.name = worker_name(),
                                       .concurrency = terms.worker_concurrency};
                run_worker(worker, own, watcher, end.get_token());
            } catch (const std::exception&) {
                failed = std::current_exception();
                end.request_stop();
            }
        });
    if (terms.listening)
        terms.listening(fmt::format(
            "http://{}:{}", at.host.find(':') == std::string::npos ? at.host : "[" + at.host + "]",
            with.port));
    door->run(end.get_token());
    end.request_stop();
    if (working.joinable()) working.join();
    if (failed) std::rethrow_exception(failed);
}

}  // namespace medusa::http
