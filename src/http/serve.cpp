#include "http/serve.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <boost/json.hpp>
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

std::string line_of(const request& asked, int status, std::size_t bytes,
                    std::chrono::microseconds took) {
    return boost::json::serialize(boost::json::object{{"msg", "request"},
                                                      {"request_id", asked.id},
                                                      {"method", asked.method},
                                                      {"path", path_of(asked.at)},
                                                      {"status", status},
                                                      {"bytes", bytes},
                                                      {"us", took.count()},
                                                      {"peer", asked.peer}});
}

edge_calls calls_of(const service& with, gate& at, const serve_terms& terms) {
    edge_calls calls;
    calls.handle = [&at](const request& asked) { return at.pass(asked); };
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
    if (terms.log)
        calls.done = [&terms](const request& asked, int status, std::size_t bytes,
                              std::chrono::microseconds took) {
            terms.log(line_of(asked, status, bytes, took));
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

}  // namespace

void serve(service with, const worker_parts& worker, const serve_terms& terms,
           std::stop_token stop) {
    std::optional<sign_in> guests;
    if (!with.settings.http.jwt_secret_file.empty())
        guests.emplace(sign_in_terms_of(with.settings.http));
    with.guests = guests ? &*guests : nullptr;
    if (!is_local(with.settings.http.listen) && !guests && with.tokens.list().empty())
        throw error(errc::unauthorized,
                    fmt::format("{} can be reached from elsewhere, and there is no token yet",
                                printable(with.settings.http.listen)),
                    "Make one: medusa token create --scope write");
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
