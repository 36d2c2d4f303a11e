#include <boost/json.hpp>

#include "http/handlers.hpp"
#include "http/pages.hpp"

namespace medusa::http {

// The process is alive; nothing else is asked.
answer healthz(const service&, const call&) {
    return response{200, "text/plain", "ok\n"};
}

// Whether it is worth sending requests here.
answer readyz(const service& with, const call&) {
    boost::json::array checks;
    bool ready = true;
    for (const auto& [part, failure] : with.health.signs()) {
        boost::json::object row{{"part", part}, {"ready", failure.empty()}};
        if (!failure.empty()) row["code"] = failure;
        ready = ready && failure.empty();
        checks.push_back(std::move(row));
    }
    auto told = json_response(boost::json::object{{"ready", ready}, {"checks", std::move(checks)}},
                              ready ? 200 : 503);
    told.headers.emplace_back("Cache-Control", "no-store");
    if (!ready) told.headers.emplace_back("Retry-After", "5");
    return told;
}

answer tell_metrics(const service& with, const call&) {
    return response{200,
                    std::string(metrics::content_type),
                    with.counted.text(with.health.live()),
                    {{"Cache-Control", "no-store"}}};
}

}  // namespace medusa::http
