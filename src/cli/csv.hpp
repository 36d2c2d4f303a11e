// CSV as spreadsheets write it (RFC 4180): quoted fields may hold separators, quotes and new lines;
// a line ends with LF, CR LF or CR. Pure; any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace medusa {

// No row keeps more fields than this; what follows in the row is passed over.
inline constexpr std::size_t csv_fields_max = 64;

struct csv_row {
    int line = 0;  // where the row begins, from 1
    std::vector<std::string> fields;
    bool closed = true;  // false when a quote is never closed: the row then reaches to the end
};

// Every row but empty ones, at most `rows_max`: nothing is read behind those.
std::vector<csv_row> parse_csv(std::string_view text, std::size_t rows_max);

}  // namespace medusa
