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

log_entry line_of(const request& asked, int status, std::size_t bytes,
                  std::chrono::microseconds took) {
    return {.level = status >= 500 ? log_level::warning : log_level::info,
            .msg = "request",
            .request_id = asked.id,
            .job_id = asked.found.job_id,
            .owner = asked.found.owner,
            .more = {{"method", asked.method},
                     {"path", path_of(asked.at)},
                     {"status", status},
                     {"bytes", std::int64_t(bytes)},
                     {"us", took.count()},
                     {"peer", asked.peer}}};
}

edge_calls calls_of(const service& with, gate& at, const serve_terms& terms) {
    edge_calls calls;
    calls.handle = [&at](const request& asked) { return at.pass(asked); };
    calls.at_once = [&at](const request& asked) { return at.at_once(asked); };
    calls.body_bytes_max = body_bytes_max;
    calls.refuse = [](int status, const std::string& detail, const std::string& request_id) {
        const auto code = status == 429   ? errc::quota
                          : status == 408 ? errc::timed_out
                                          : errc::invalid_argument;
        return problem({code, detail}, "/", request_id, status);
    };
    calls.events = [&time = with.time](const job& one, std::int64_t after) {
        return events_after(one, after, time.now());
    };
    calls.done = [&with, &terms](const request& asked, int status, std::size_t bytes,
                                 std::chrono::microseconds took) {
        with.counted.answered(asked.method, asked.found.route, status, took);
        if (terms.log) terms.log(line_of(asked, status, bytes, took));
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

// What of the service a process tells that serves nothing else.
class operations_door {
public:
    operations_door(const service& with, const std::string& listen)
        : settings_(at(with.settings, listen)),
          with_(elsewhere(with, settings_)),
          watch_(with.queue) {
        expect_tokens(with_);
        edge_calls calls;
        calls.handle = [this](const request& asked) -> answer {
            constexpr std::string_view told[] = {"healthz", "readyz", "metrics"};
            const auto& path = asked.at.path;
            const bool known = path.size() == 1 && std::find(std::begin(told), std::end(told),
                                                             path[0]) != std::end(told);
            if (known) return dispatch(with_, asked);
            return problem({errc::not_found, "there is nothing here"}, path_of(asked.at), asked.id);
        };
        calls.body_bytes_max = [](std::string_view, std::string_view) { return std::size_t{0}; };
        calls.refuse = [](int status, const std::string& detail, const std::string& request_id) {
            return problem({errc::invalid_argument, detail}, "/", request_id, status);
        };
        edge_limits limits;
        limits.connections_max = 64;
        limits.drain_most = std::chrono::milliseconds(1'000);
        door_ = make_edge(address_in(settings_.http), 1, limits, std::move(calls), watch_);
        with_.port = std::to_string(door_->port());
        serving_ = std::jthread([this](const std::stop_token& stop) { door_->run(stop); });
    }

private:
    static service elsewhere(const service& with, const config& settings) {
        return {.settings = settings,
                .port = {},
                .open = with.open,
                .queue = with.queue,
                .tokens = with.tokens,
                .webhooks = with.webhooks,
                .time = with.time,
                .counted = with.counted,
                .health = with.health,
                .small = with.small};
    }
    static config at(config settings, const std::string& listen) {
        settings.http.listen = listen;
        return settings;
    }

    const config settings_;
    service with_;
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
    std::optional<sign_in> guests;
    if (!with.settings.http.jwt_secret_file.empty())
        guests.emplace(sign_in_terms_of(with.settings.http));
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
    if (terms.worker_concurrency > 0)
        working = std::jthread([&] {
            const worker_terms own{.name = worker_name(), .concurrency = terms.worker_concurrency};
            const worker_watcher watcher{.changed = [&](const job& one) { watch.changed(one); },
                                         .trouble = terms.trouble};
            try {
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
