#include "cli/similar_check.hpp"

#include <fmt/format.h>

#include "cli/following.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "recall/desk.hpp"

namespace medusa {
namespace {

// A warning is not worth waiting for: an index that is further behind is for `reindex`.
constexpr std::size_t followed_for_a_warning = 500;

std::string told(const recalled_character& twin) {
    return fmt::format("{} - ID: {} is {:.0f} % alike", printable(twin.record.name), twin.record.id,
                       100 * twin.similarity);
}

}  // namespace

void add_if_similar(CLI::App& command, if_similar& wanted) {
    const auto read = [&wanted](const std::string& text) {
        const auto known = if_similar_from(text);
        if (!known)
            throw error(
                errc::invalid_argument,
                fmt::format("--if-similar is warn, refuse or ignore, not {}", printable(text)));
        wanted = *known;
    };
    command
        .add_option_function<std::string>(
            "--if-similar", read,
            "When you have such a character: warn, refuse or ignore; warn without it")
        ->type_name("WORD");
}

similar_check::similar_check(cli_context& context, if_similar wanted, const character& made) {
    if (wanted == if_similar::ignore) return;
    if (wanted == if_similar::refuse) {
        follow_store(context);
        const auto twins = context.parts.recall().too_similar(made);
        if (!twins.empty())
            throw error(errc::conflict, told(twins.front()),
                        fmt::format("See medusa show {}. Describe somebody else, or leave out "
                                    "--if-similar refuse",
                                    twins.front().record.id));
        return;
    }
    looking_ = std::async(std::launch::async, [&context, made] {
        auto& index = context.parts.search_index();
        const auto behind = index.catch_up({}, context.stop, followed_for_a_warning);
        if (behind)
            return std::vector<twin>{
                {0, fmt::format("not compared with your other characters: the search index is "
                                "{} behind. medusa reindex makes it anew",
                                *behind)}};
        index.save_if_worth();
        std::vector<twin> found;
        for (const auto& one : context.parts.recall().too_similar(made))
            found.push_back({one.record.id, told(one)});
        return found;
    });
}

std::optional<std::string> similar_check::note(std::int64_t made) {
    if (!looking_.valid()) return std::nullopt;
    try {
        for (const auto& [id, told] : looking_.get())
            if (id != made) return id == 0 ? told : fmt::format("{}: medusa show {}", told, id);
    } catch (const error& failure) {
        return fmt::format("not compared with your other characters: {}", failure.detail());
    }
    return std::nullopt;
}

}  // namespace medusa
