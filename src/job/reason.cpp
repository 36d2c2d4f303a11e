#include "job/reason.hpp"

#include <fmt/format.h>

namespace medusa {

error reason_of(const job& ended) {
    if (ended.status.state == job_state::cancelled || ended.failures.empty())
        return {
            errc::cancelled, "the job was cancelled",
            fmt::format("Once more: medusa jobs retry {0}, or POST /api/jobs/{0}/retry", ended.id)};
    const auto& last = ended.failures.back();
    return {errc_named(last.code), last.detail, last.advice};
}

}  // namespace medusa
