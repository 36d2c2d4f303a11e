// What the stories of moving house have in common: what they count, what they could not move, and
// how they tell how far they are.
//
// Characters are walked newest first. What one character cannot do (a conflict, damage, a missing
// file) is counted, named and passed over; what ends the story (a store that does not answer, no
// space, a stop) is thrown, and the same story again goes on where that one ended.
#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.hpp"

namespace medusa {

enum class trouble_kind {
    conflict,  // something else is there under this name: both stay as they are
    damaged,   // it cannot be read, or is not what its record says
    missing,   // a file that a record names is nowhere
    refused,   // the other place does not take it
};

struct trouble {
    trouble_kind kind = trouble_kind::refused;
    std::string what;  // "character 123456"
    std::string why;
    friend bool operator==(const trouble&, const trouble&) = default;
};

// "conflict", "damaged" ...
std::string_view to_string(trouble_kind kind);
trouble_kind kind_of(const error& failure);

struct amount {
    std::size_t moved = 0;  // now, and read back
    std::size_t same = 0;   // were there already, with the same content
};

struct move_report {
    std::size_t found = 0;  // characters that there were to move
    amount characters;
    amount images;  // records of pictures
    amount files;
    std::uint64_t bytes = 0;  // of the files that were moved
    std::vector<trouble> troubles;
};

struct move_context {
    // How many of "characters", "files" or "bytes" are through; any thread, must not throw.
    std::function<void(std::string_view what, std::uint64_t done, std::uint64_t total)> progress;
    std::stop_token stop;
};

// A report that several threads write.
class move_tally {
public:
    void count(amount move_report::*what, bool was_there);
    void add_bytes(std::size_t more);
    void add(trouble_kind kind, std::string what, std::string why);
    // For a character some of whose files, named already, could not be placed.
    void add_half(std::string what, const std::string& consequence);
    // Runs `work` for one thing. False, and a trouble is added, where it throws an error that
    // concerns this one alone; every other error goes on.
    bool attempt(const std::string& what, const std::function<void()>& work);
    // Once the threads are done.
    move_report take(std::size_t found);

private:
    std::mutex mutex_;
    move_report report_;
};

}  // namespace medusa
