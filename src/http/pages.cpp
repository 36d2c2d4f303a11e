#include "http/pages.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/error.hpp"
#include "core/ids.hpp"
#include "core/text.hpp"
#include "http/jobs.hpp"
#include "http/problem.hpp"

namespace medusa::http {
namespace {

constexpr std::chrono::seconds patience_default{60};
constexpr std::chrono::seconds patience_most{90};
constexpr std::string_view cursor_mark = "b";

template <class number>
std::optional<number> number_in(std::string_view text) {
    number value{};
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

}  // namespace

page page_of(const request& asked) {
    page wanted;
    if (const auto limit = asked.parameter("limit")) {
        const auto number = number_in<std::size_t>(*limit);
        if (!number || *number < 1 || *number > page_most)
            throw error(errc::invalid_argument,
                        fmt::format("the limit must be a whole number from 1 to {}", page_most));
        wanted.limit = *number;
    }
    if (const auto cursor = asked.parameter("cursor")) {
        const auto number = cursor->starts_with(cursor_mark)
                                ? number_in<std::int64_t>(std::string_view(*cursor).substr(1))
                                : std::nullopt;
        if (!number || *number < 0)
            throw error(errc::invalid_argument, "the cursor is none of ours",
                        "Take it from `next` of the page before, or leave it out");
        wanted.before = *number;
    }
    return wanted;
}

response listed(boost::json::array rows, std::optional<std::int64_t> last_of_full_page) {
    boost::json::object document{{"items", std::move(rows)}, {"next", nullptr}};
    if (last_of_full_page) document["next"] = fmt::format("{}{}", cursor_mark, *last_of_full_page);
    return json_response(document);
}

std::int64_t character_id(const std::string& text) {
    const auto id = number_in<std::int64_t>(text);
    if (!id || *id < 0)
        throw error(errc::not_found, fmt::format("there is no character {}", printable(text)));
    return *id;
}

std::chrono::milliseconds patience_of(const request& asked) {
    const auto wish = asked.header("prefer");
    for (const auto& part : split(wish, ',')) {
        const auto word = collapse_spaces(part);
        if (word == "respond-async") return std::chrono::milliseconds(0);
        if (!word.starts_with("wait=")) continue;
        if (const auto seconds = number_in<int>(std::string_view(word).substr(5)))
            return std::clamp(std::chrono::seconds(*seconds), std::chrono::seconds(0),
                              patience_most);
    }
    return patience_default;
}

response json_response(const boost::json::value& document, int status) {
    return {status, "application/json", boost::json::serialize(document)};
}

wait_for job_answer(const request& asked, const submission& accepted,
                    std::function<response(const job& done)> made) {
    const auto id = derived_uuid(accepted.id, 0);
    const auto path = path_of(asked.at);
    // Nothing of its state, so that a replay is told the same.
    const boost::json::object told{{"id", id}, {"batch", accepted.id}};
    return {id, patience_of(asked),
            [id, told, path, request_id = asked.id,
             made = std::move(made)](const std::optional<job>& newest) -> response {
                const auto address = "/api/jobs/" + id;
                try {
                    if (!newest || !has_ended(newest->status.state)) {
                        auto reply = json_response(told, 202);
                        reply.headers = {{"Location", address}, {"Retry-After", "1"}};
                        return reply;
                    }
                    if (newest->status.state == job_state::done) return made(*newest);
                    auto refused = problem(told_to_client(*newest), path, request_id);
                    refused.headers.emplace_back("Location", address);
                    return refused;
                } catch (const error& failure) {
                    return problem(failure, path, request_id);
                } catch (const std::exception& bug) {
                    return problem({errc::internal, bug.what()}, path, request_id);
                }
            }};
}

}  // namespace medusa::http
