#include <fmt/format.h>

#include "core/text.hpp"
#include "http/character_body.hpp"
#include "http/handlers.hpp"
#include "http/if_similar.hpp"
#include "http/pages.hpp"
#include "recall/desk.hpp"
#include "recall/match_text.hpp"

namespace medusa::http {
namespace {

namespace json = boost::json;

constexpr std::size_t named_most = 32;  // ids in `also`, and as many in `less`

std::vector<std::string> every(const request& asked, std::string_view name) {
    std::vector<std::string> values;
    for (const auto& [key, value] : asked.at.query)
        if (key == name && !value.empty()) values.push_back(value);
    return values;
}

recall_filter filter_of(const call& of) {
    recall_filter wanted;
    wanted.user_id = of.who.owner.user_id;
    wanted.style = of.asked.parameter("style");
    wanted.tags = every(of.asked, "tag");
    return wanted;
}

// "123457,123458:2", in one parameter or in several.
std::vector<liked_character> liked_by(const request& asked, std::string_view name) {
    std::vector<std::string> texts;
    for (const auto& value : every(asked, name))
        for (const auto& part : split(value, ',')) texts.push_back(collapse_spaces(part));
    if (texts.size() > named_most)
        throw error(errc::invalid_argument,
                    fmt::format("`{}` names {} characters", name, texts.size()),
                    fmt::format("Name {} at most", named_most));
    return liked_in(texts);
}

// By a slow thread: a text is embedded, and the index waited for.
template <class Find>
answer found_by(const service& with, const Find& find) {
    return slow_answer{[&with, find] {
        await_index(with);
        const auto& parts = with.open({});
        json::array rows;
        for (const auto& hit : find(with.recall)) {
            auto row = told(parts, hit.record);
            row["match"] = match_json(hit);
            rows.push_back(std::move(row));
        }
        return listed(std::move(rows), std::nullopt);
    }};
}

}  // namespace

answer search_characters(const service& with, const call& of) {
    const auto text = of.asked.parameter("q").value_or("");
    if (!has_visible(text))
        throw error(errc::invalid_argument, "`q` does not say what to search for",
                    "Say what the character is like: /api/search?q=a+shy+android");
    return found_by(with, [text, filter = filter_of(of), limit = page_of(of.asked).limit](
                              recall_desk& desk) { return desk.search(text, filter, limit); });
}

answer similar_characters(const service& with, const call& of) {
    auto like = liked_by(of.asked, "also");
    like.push_back({.id = character_id(of.names.at(0))});
    return found_by(with, [like, unlike = liked_by(of.asked, "less"), filter = filter_of(of),
                           limit = page_of(of.asked).limit](recall_desk& desk) {
        return desk.similar(like, unlike, filter, limit);
    });
}

}  // namespace medusa::http
