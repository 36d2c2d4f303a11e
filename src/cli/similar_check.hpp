// Whether a new character is one that its owner has already: looked up beside the drawing, or
// before it where it shall not be drawn then. Main thread.
#pragma once

#include <cstdint>
#include <future>
#include <optional>
#include <string>
#include <vector>

#include "cli/context.hpp"
#include "domain/character.hpp"
#include "recall/match_text.hpp"

namespace medusa {

// Adds --if-similar.
void add_if_similar(CLI::App& command, if_similar& wanted);

class similar_check {
public:
    // To refuse: throws error(conflict) that names the other one. To warn: begins to look.
    similar_check(cli_context& context, if_similar wanted, const character& made);

    // What there is to say, once the character has got the id `made`. Empty: nothing.
    std::optional<std::string> note(std::int64_t made);

private:
    struct twin {
        std::int64_t id = 0;
        std::string told;
    };
    std::future<std::vector<twin>> looking_;
};

}  // namespace medusa
