#include "core/error.hpp"

#include <utility>

namespace medusa {
namespace {

constexpr errc_info table[] = {
    {errc::invalid_argument, "invalid_argument", 2, 400, retry_class::never},
    {errc::not_found, "not_found", 3, 404, retry_class::never},
    {errc::unauthorized, "unauthorized", 4, 401, retry_class::never},
    {errc::conflict, "conflict", 1, 409, retry_class::never},
    {errc::refused, "refused", 8, 422, retry_class::never},
    {errc::quota, "quota", 8, 429, retry_class::wait},
    {errc::timed_out, "timed_out", 6, 504, retry_class::later},
    {errc::unavailable, "unavailable", 7, 503, retry_class::later},
    {errc::storage, "storage", 1, 507, retry_class::later},
    {errc::corrupted, "corrupted", 1, 500, retry_class::never},
    {errc::cancelled, "cancelled", 130, 499, retry_class::never},
    {errc::internal, "internal", 1, 500, retry_class::never},
};

}  // namespace

const errc_info& info(errc code) {
    for (const auto& row : table)
        if (row.code == code) return row;
    return table[std::size(table) - 1];
}

errc errc_named(std::string_view name) {
    for (const auto& row : table)
        if (row.name == name) return row.code;
    return errc::internal;
}

error::error(errc code, std::string detail, std::string advice, std::string upstream)
    : code_(code),
      detail_(std::move(detail)),
      advice_(std::move(advice)),
      upstream_(std::move(upstream)),
      what_(advice_.empty() ? detail_ : detail_ + ". " + advice_) {}

error::error(errc code, remote_failure failure, std::string detail, std::string advice,
             std::string upstream)
    : error(code, std::move(detail), std::move(advice), std::move(upstream)) {
    failure_ = failure;
}

}  // namespace medusa
