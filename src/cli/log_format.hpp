// How the log of a service is written: one line an entry, as JSON or as text, without secrets and
// without control characters, so that nobody can forge a line. Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "core/log_entry.hpp"

namespace medusa {

enum class log_format { text, json };

class log_writer {
public:
    // `secrets` are masked wherever they turn up, also percent-encoded and in base64.
    log_writer(log_format form, std::vector<std::string> secrets);

    log_format form() const { return form_; }
    // Without the new line. {"ts","level","msg","request_id","job_id","owner", ...}; what is not
    // known is left out.
    std::string line(const log_entry& entry, time_point now) const;

private:
    std::string shown(std::string_view text) const;

    log_format form_;
    std::vector<std::string> secrets_;  // in every form
};

// With "***" in place of what looks like a secret: tokens, the values of Authorization and of
// parameters whose name says so, sign-ins in addresses.
std::string without_secrets(std::string text);

}  // namespace medusa
