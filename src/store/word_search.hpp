// The word search port: whose name, tags or description say certain words.
//
// One of the ports of a store adapter; used from several threads at once. Errors: error(storage),
// corrupted, unavailable.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace medusa {

struct word_query {
    // Letters and digits of any script, in lower case: nothing that a query language would read.
    std::vector<std::string> words;
    std::string user_id;
    std::optional<std::string> style{};
    std::vector<std::string> tags{};  // in lower case; all of them
    bool in_names = false;            // names alone are looked at
    std::size_t limit = 100;
};

class word_search {
public:
    virtual ~word_search() = default;
    // The ids of those who have any of the words, the best first: rare words count for more, names
    // and tags for more than descriptions. Words match by their stem where the adapter can.
    virtual std::vector<std::int64_t> saying(const word_query& wanted) = 0;
};

}  // namespace medusa
