// The word lists of the content policy: phrases of whole words, found in one pass over a text.
//
// A list is a text file: one phrase a line, "#" starts a comment, "{a,b}" stands for either ("{,s}"
// for a plural). A line "~ phrase" is a harmless phrase: an entry of the same list that lies inside
// it does not count ("~ naked eye"). The program's own lists are compiled in; lists of an operator
// can only add entries, so they hold no "~" lines.
// Filled once, then read by any thread. Errors: invalid_argument for a malformed line.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "domain/policy_text.hpp"

namespace medusa {

enum class policy_list {
    sexual,
    minors,
    maybe_minors,
    risky_with_minors,
    harm,
    real_people,
    degrading,
    unsafe_negatives,
};

struct policy_hit {
    policy_list list;
    std::size_t first;  // index of the phrase's first token
    std::size_t count;
};

class policy_phrases {
public:
    enum class source { own, operators };

    // Adds the entries in `lines`; `where` names them in an error. Returns how many phrases.
    std::size_t add(policy_list list, std::string_view lines, source from, std::string_view where);

    // Every entry found in `tokens` and not inside a harmless phrase, by place.
    std::vector<policy_hit> find(std::span<const policy_token> tokens) const;

private:
    struct phrase {
        policy_list list;
        bool harmless;
        std::vector<std::string> words;
    };

    void add_phrase(policy_list list, bool harmless, std::string_view text);

    std::unordered_map<std::string, std::vector<phrase>> by_first_word_;
};

}  // namespace medusa
