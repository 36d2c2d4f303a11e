#include "cli/csv.hpp"

namespace medusa {
namespace {

// Reads one row from `at` on, which then stands behind its new line.
csv_row parse_row(std::string_view text, std::size_t& at, int& line) {
    csv_row row;
    row.line = line;
    row.fields.emplace_back();
    bool quoted = false;
    for (; at < text.size(); ++at) {
        const char c = text[at];
        if (c == '\n') ++line;
        if (quoted) {
            const bool doubled = c == '"' && at + 1 < text.size() && text[at + 1] == '"';
            if (doubled)
                row.fields.back() += text[at++];
            else if (c == '"')
                quoted = false;
            else
                row.fields.back() += c;
        } else if (c == '"' && row.fields.back().empty()) {
            quoted = true;
        } else if (c == ',') {
            row.fields.emplace_back();
        } else if (c == '\n') {
            ++at;
            break;
        } else if (c != '\r') {
            row.fields.back() += c;
        }
    }
    row.closed = !quoted;
    return row;
}

}  // namespace

std::vector<csv_row> parse_csv(std::string_view text) {
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);  // spreadsheets write a mark first
    std::vector<csv_row> rows;
    int line = 1;
    for (std::size_t at = 0; at < text.size();) {
        auto row = parse_row(text, at, line);
        const bool empty = row.fields.size() == 1 && row.fields.front().empty();
        if (!empty) rows.push_back(std::move(row));
    }
    return rows;
}

}  // namespace medusa
