#include "moving/move_records.hpp"

#include <fmt/format.h>

#include <atomic>

#include "moving/kept_character.hpp"
#include "moving/walk.hpp"

namespace medusa {

move_report move_records(const stores& from, const stores& to, const move_context& context) {
    move_tally tally;
    const auto total = count_characters(*from.characters, context.stop);
    std::atomic<std::size_t> done{0};
    const auto advance = [&] { context.progress("characters", ++done, total); };

    const auto here = from.books->all();
    to.books->take_over(here);
    const auto there = to.books->all();
    const visitor visit{
        [&](const character& record) {
            if (same_folder(here, there, record, tally))
                place(to, read_kept(from, record, tally), tally);
            advance();
        },
        [&](std::int64_t id) {
            tally.add(trouble_kind::damaged, fmt::format("character {}", id),
                      "its record cannot be read, so it stays behind");
            advance();
        },
    };
    walk(*from.characters, visit, context.stop);
    // What was given out meanwhile.
    to.books->take_over(from.books->all());
    return tally.take(total);
}

}  // namespace medusa
