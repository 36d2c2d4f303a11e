#include <boost/json.hpp>

#include "http/handlers.hpp"
#include "http/pages.hpp"

namespace medusa::http {

// The process is alive; nothing else is asked.
answer healthz(const service&, const call&) {
    return response{200, "text/plain", "ok\n"};
}

// Whether it is worth sending requests here. A cold engine is no reason not to: jobs wait for it.
answer readyz(const service& with, const call&) {
    boost::json::array checks;
    bool ready = true;
    for (const auto& [part, run] : with.checks) {
        boost::json::object row{{"part", part}};
        try {
            run();
            row["ready"] = true;
        } catch (const error& failure) {
            ready = false;
            row["ready"] = false;
            row["code"] = info(failure.code()).name;
        }
        checks.push_back(std::move(row));
    }
    return json_response(boost::json::object{{"ready", ready}, {"checks", std::move(checks)}},
                         ready ? 200 : 503);
}

}  // namespace medusa::http
