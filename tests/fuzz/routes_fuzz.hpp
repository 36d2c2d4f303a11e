// The routes as fuzz targets reach them: every answer is one that the service may give. Test code.
#pragma once

#include <memory>

#include "fuzz.hpp"
#include "support/service_on_trial.hpp"

namespace medusa::fuzzing {

class routes_on_trial {
public:
    // Begins with fresh stores now and then, so that they stay small.
    void ask(http::request asked) {
        constexpr int requests_most = 2'000;
        if (!service_ || ++asked_ % requests_most == 0) {
            service_.reset();
            service_ = std::make_unique<testing_support::service_on_trial>();
            id_ = service_->make(service_->local_user(), "luna").id;
        }
        const auto reply = service_->ask(std::move(asked));
        expect(reply.status >= 200 && reply.status != 500);
        for (const auto& [name, value] : reply.headers)
            expect(value.find_first_of("\r\n") == value.npos);
        const bool has_problem = reply.content_type == "application/problem+json";
        expect(has_problem == (reply.status >= 400 && reply.status != 503) || reply.status == 503);
    }

    std::int64_t id() const { return id_; }  // of a character that is there

private:
    std::unique_ptr<testing_support::service_on_trial> service_;
    std::int64_t id_ = 123'456;
    int asked_ = 0;
};

}  // namespace medusa::fuzzing
