// Errors as RFC 9457 wants them told: application/problem+json. Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"
#include "http/message.hpp"

namespace medusa::http {

struct bad_field {
    std::string pointer;  // RFC 6901, into the body: "/seed"
    std::string detail;
};

// A request body in which some fields are wrong.
class bad_body final : public error {
public:
    explicit bad_body(std::vector<bad_field> fields, errc code = errc::invalid_argument);
    const std::vector<bad_field>& fields() const noexcept { return fields_; }

private:
    std::vector<bad_field> fields_;
};

// `status` where the code's own does not fit, 0 otherwise. What went wrong inside is told to logs,
// not to clients.
response problem(const error& failure, const std::string& path, const std::string& request_id,
                 int status = 0);

// "/api/characters/7"; of what came, not of what is there.
std::string path_of(const target& at);

}  // namespace medusa::http
