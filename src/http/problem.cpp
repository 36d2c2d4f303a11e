#include "http/problem.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>
#include <utility>

#include "core/text.hpp"

namespace medusa::http {
namespace {

namespace json = boost::json;

struct status_title {
    int status;
    const char* title;
};
// RFC 9110, 15, and RFC 6585.
constexpr status_title titles[] = {
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {415, "Unsupported Media Type"},
    {416, "Range Not Satisfiable"},
    {422, "Unprocessable Content"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {499, "Cancelled"},
    {500, "Internal Server Error"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {507, "Insufficient Storage"},
};

std::string title_of(int status) {
    for (const auto& row : titles)
        if (row.status == status) return row.title;
    return "Error";
}

std::string told_together(const std::vector<bad_field>& fields) {
    std::string text;
    for (const auto& field : fields)
        text += fmt::format("{}{}", text.empty() ? "" : "; ", field.detail);
    return text;
}

// A fault of ours names files, tables and hosts.
bool is_internal(errc code) {
    return code == errc::internal || code == errc::corrupted || code == errc::storage;
}

}  // namespace

bad_body::bad_body(std::vector<bad_field> fields, errc code)
    : error(code, told_together(fields), "See /docs for what it may hold"),
      fields_(std::move(fields)) {}

response problem(const error& failure, const std::string& path, const std::string& request_id,
                 int status) {
    const auto& facts = info(failure.code());
    if (status == 0) status = facts.http_status;
    json::object told{
        {"type", fmt::format("urn:medusa:problem:{}", facts.name)},
        {"title", title_of(status)},
        {"status", status},
        {"detail", is_internal(failure.code()) ? "something went wrong on the server"
                                               : printable(failure.detail())},
        {"instance", path},
        {"code", facts.name},
        {"requestId", request_id},
        {"retryable", facts.retry != retry_class::never},
    };
    if (!failure.advice().empty() && !is_internal(failure.code()))
        told["advice"] = printable(failure.advice());
    json::array errors;
    if (const auto* body = dynamic_cast<const bad_body*>(&failure))
        for (const auto& field : body->fields())
            errors.push_back(json::object{{"pointer", field.pointer}, {"detail", field.detail}});
    told["errors"] = std::move(errors);
    response reply{status, "application/problem+json", json::serialize(told)};
    // RFC 9110, 15.6.4, and RFC 6585, 4.
    if (status == 429 || status == 503) reply.headers.emplace_back("Retry-After", "1");
    if (status == 401) reply.headers.emplace_back("WWW-Authenticate", "Bearer");
    return reply;
}

std::string path_of(const target& at) {
    std::string path;
    for (const auto& segment : at.path) path += "/" + segment;
    return path.empty() ? "/" : printable(path);
}

}  // namespace medusa::http
