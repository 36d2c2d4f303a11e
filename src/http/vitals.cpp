#include "http/vitals.hpp"

#include <algorithm>

namespace medusa::http {
namespace {

vital_sign sign_of(const char* part, const std::function<void()>& check) {
    try {
        check();
        return {part, {}};
    } catch (const error& failure) {
        return {part, std::string(info(failure.code()).name)};
    }
}

void expect_an_engine(const std::vector<server_health>& servers) {
    const bool all_open = std::all_of(servers.begin(), servers.end(), [](const auto& one) {
        return one.state == server_health::breaker::open;
    });
    if (!servers.empty() && all_open)
        throw error(errc::unavailable, "every image server was set aside");
}

}  // namespace

std::vector<vital_sign> vitals::look() {
    std::vector<vital_sign> found{sign_of("database", [&] { queue_.expect_writable(); }),
                                  sign_of("image engine", [&] { expect_an_engine(engine_()); })};
    if (feed_) found.push_back(sign_of("job feed", [&] { feed_->check(); }));
    return found;
}

std::vector<vital_sign> vitals::signs() {
    const auto newest = signs_.get([this] { return look(); });
    if (newest) return *newest;
    return {{"database", std::string(info(errc::timed_out).name)}};
}

scraped vitals::live() {
    scraped now;
    now.queue = line_
                    .get([this]() -> std::optional<waiting_line> {
                        try {
                            return queue_.waiting();
                        } catch (const error&) {
                            return std::nullopt;
                        }
                    })
                    .value_or(std::nullopt);
    try {
        now.servers = engine_();
    } catch (const error&) {
        now.servers.clear();  // its settings cannot be used: there are none
    }
    now.now = time_.now();
    return now;
}

}  // namespace medusa::http
