#include "cli/following.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "core/text.hpp"

namespace medusa {

std::size_t follow_shown(cli_context& context,
                         const std::function<std::size_t(const follow_progress&)>& work) {
    const auto tell = [&context](std::size_t entries) {
        context.out.set_animation(fmt::format("search index: {} characters", entries));
    };
    try {
        const auto result = work(tell);
        context.out.set_animation({});
        return result;
    } catch (...) {
        context.out.set_animation({});
        throw;
    }
}

void follow_store(cli_context& context) {
    auto& index = context.parts.search_index();
    follow_shown(context, [&](const follow_progress& tell) {
        index.catch_up(tell, context.stop);
        return std::size_t{0};
    });
    if (const auto problem = index.distrust(); !problem.empty())
        context.out.message(
            fmt::format("note: the search index was made anew: {}", printable(problem)));
    if (index.damaged() > 0)
        context.out.message(
            "warning: some records are damaged, and so cannot be found: medusa list names them");
    try {
        index.save_if_worth();
    } catch (const error& failure) {
        context.out.message(fmt::format("note: the search index could not be kept: {}",
                                        printable(failure.detail())));
    }
}

}  // namespace medusa
