// CSV as spreadsheets write it (RFC 4180): quoted fields may hold separators, quotes and new lines.
// Pure; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace medusa {

struct csv_row {
    int line = 0;  // where the row begins, from 1
    std::vector<std::string> fields;
    bool closed = true;  // false when a quote is never closed
};

// Every row but empty ones.
std::vector<csv_row> parse_csv(std::string_view text);

}  // namespace medusa
