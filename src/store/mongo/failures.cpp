#include "store/mongo/failures.hpp"

#include <fmt/format.h>
#include <mongoc/mongoc.h>

#include <algorithm>
#include <iterator>

#include "core/text.hpp"

namespace medusa::mongo {
namespace {

constexpr auto upstream = "mongodb";

constexpr auto reach_advice =
    "See that MongoDB is running and can be reached from here, and that MONGODB_URI names it; a "
    "hosted one may want this machine on its list of allowed addresses";
constexpr auto tls_advice =
    "MONGODB_URI asks for TLS: see that MongoDB is running there and speaks it, and that its "
    "certificate is for this name and signed by an authority that this machine or the file in "
    "tlsCAFile trusts";
constexpr auto sign_in_advice =
    "Check user, password and authSource in MONGODB_URI (special characters in them are written as "
    "%40 and the like), and that this user may read and write the database";
constexpr auto space_advice = "Make room on the disk of the database server, then try again";
constexpr auto other_advice = "Check MONGODB_URI and the log of the database server";

// Codes of the server's errors, as its documentation lists them (error_codes.yml): those after
// which the same command succeeds once there is a primary again.
constexpr std::uint32_t passing_codes[] = {
    6,      // HostUnreachable
    7,      // HostNotFound
    64,     // WriteConcernTimeout
    89,     // NetworkTimeout
    91,     // ShutdownInProgress
    112,    // WriteConflict
    134,    // ReadConcernMajorityNotAvailableYet
    189,    // PrimarySteppedDown
    262,    // ExceededTimeLimit
    9001,   // SocketException
    10107,  // NotWritablePrimary
    11600,  // InterruptedAtShutdown
    11602,  // InterruptedDueToReplStateChange
    13435,  // NotPrimaryNoSecondaryOk
    13436,  // NotPrimaryOrSecondary
};
constexpr std::uint32_t sign_in_codes[] = {
    13,    // Unauthorized
    18,    // AuthenticationFailed
    8000,  // of the hosted service, for a wrong password
};
constexpr std::uint32_t out_of_disk_space = 14031;
// Of servers that have no code of their own for it.
constexpr std::string_view out_of_disk_words[] = {"No space left on device", "disk is full"};
constexpr std::uint32_t too_large_codes[] = {10334, 17280, 17419, 17420};
constexpr std::uint32_t duplicate_codes[] = {11000, 11001, 12582};
constexpr std::uint32_t other_index_codes[] = {
    85,  // IndexOptionsConflict
    86,  // IndexKeySpecsConflict
};

template <std::size_t count>
bool is_one_of(const std::uint32_t (&codes)[count], std::uint32_t code) {
    return std::find(std::begin(codes), std::end(codes), code) != std::end(codes);
}

bool is_from_server(const bson_error_t& reason) {
    return reason.domain == MONGOC_ERROR_SERVER || reason.domain == MONGOC_ERROR_WRITE_CONCERN ||
           reason.domain == MONGOC_ERROR_QUERY;
}

bool is_network(const bson_error_t& reason) {
    return reason.domain == MONGOC_ERROR_STREAM || reason.domain == MONGOC_ERROR_SERVER_SELECTION ||
           (reason.domain == MONGOC_ERROR_CLIENT && reason.code == MONGOC_ERROR_CLIENT_NOT_READY);
}

bool is_sign_in(const bson_error_t& reason) {
    return (reason.domain == MONGOC_ERROR_CLIENT &&
            reason.code == MONGOC_ERROR_CLIENT_AUTHENTICATE) ||
           (is_from_server(reason) && is_one_of(sign_in_codes, reason.code));
}

bool is_disk_full(const bson_error_t& reason) {
    if (!is_from_server(reason)) return false;
    const std::string_view said = reason.message;
    return reason.code == out_of_disk_space ||
           std::any_of(std::begin(out_of_disk_words), std::end(out_of_disk_words),
                       [&](auto words) { return said.find(words) != said.npos; });
}

error made(errc code, failure_class kind, const std::string& detail, const char* advice) {
    return {code, remote_failure{kind}, std::string(failure_words) + detail, advice, upstream};
}

}  // namespace

error translated(const bson_error_t& reason, bool retryable, const std::string& hosts, bool tls) {
    const auto said = fmt::format("{} ({})", printable(reason.message), hosts);
    if (is_sign_in(reason))
        return made(errc::unauthorized, failure_class::permanent, said, sign_in_advice);
    if (is_disk_full(reason))
        return made(errc::storage, failure_class::permanent, said, space_advice);
    const bool passing = is_from_server(reason) && is_one_of(passing_codes, reason.code);
    if (retryable || passing || is_network(reason))
        return made(errc::unavailable, failure_class::transient, said,
                    tls ? tls_advice : reach_advice);
    if (is_duplicate(reason)) return made(errc::conflict, failure_class::permanent, said, "");
    if (is_from_server(reason) && is_one_of(too_large_codes, reason.code))
        return made(errc::invalid_argument, failure_class::permanent, said, "");
    return made(errc::storage, failure_class::permanent, said, other_advice);
}

bool is_duplicate(const bson_error_t& reason) {
    return is_one_of(duplicate_codes, reason.code);
}

bool is_refusal(const bson_error_t& reason) {
    return is_from_server(reason) && !is_sign_in(reason) && !is_one_of(passing_codes, reason.code);
}

bool is_other_index(const bson_error_t& reason) {
    return is_from_server(reason) && is_one_of(other_index_codes, reason.code);
}

error bad_address(const std::string& uri, std::string_view reason) {
    constexpr auto advice =
        "It has the form mongodb://user:password@host:27017/database; special characters in user "
        "and password are written as %40 and the like";
    // Up to the last @ stands what may be secret, and only a part of it may be repeated.
    const auto begin = uri.find("://");
    const auto end = uri.rfind('@');
    const bool secret = begin != std::string::npos && end != std::string::npos;
    if (reason.empty() || secret)
        return {errc::invalid_argument,
                std::string(failure_words) + "MONGODB_URI is no address that MongoDB knows", advice,
                upstream};
    return {errc::invalid_argument,
            fmt::format("{}MONGODB_URI is no address that MongoDB knows: {}", failure_words,
                        printable(reason)),
            advice, upstream};
}

error bad_tls_file(std::string_view option, const std::string& file) {
    return {errc::invalid_argument,
            fmt::format("{}{} in MONGODB_URI names {}, which cannot be read", failure_words, option,
                        printable(file)),
            "Correct the path; without tlsCAFile the authorities count that this machine trusts",
            upstream};
}

error damaged(const std::string& what, const std::string& reason) {
    return {errc::corrupted, fmt::format("{}{} is damaged ({})", failure_words, what, reason),
            "Bring the document back from a backup of the database, or remove it; the pictures "
            "among the assets stay as they are",
            upstream};
}

}  // namespace medusa::mongo
