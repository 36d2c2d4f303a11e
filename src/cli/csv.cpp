#include "cli/csv.hpp"

namespace medusa {
namespace {

class row_reader {
public:
    explicit row_reader(std::string_view text) : text_(text) {}

    bool at_end() const { return at_ >= text_.size(); }

    csv_row next() {
        csv_row row;
        row.line = line_;
        std::string field;
        bool quoted = false;
        while (!at_end()) {
            const char c = text_[at_++];
            const bool line_end = c == '\n' || (c == '\r' && !follows('\n'));
            if (line_end) ++line_;
            if (quoted) {
                if (c != '"')
                    field += c;
                else if (follows('"'))
                    field += text_[at_++];
                else
                    quoted = false;
            } else if (c == '"' && field.empty()) {
                quoted = true;
            } else if (c == ',') {
                keep(row, field);
            } else if (line_end) {
                break;
            } else if (c != '\r') {
                field += c;
            }
        }
        keep(row, field);
        row.closed = !quoted;
        return row;
    }

private:
    bool follows(char c) const { return !at_end() && text_[at_] == c; }

    static void keep(csv_row& row, std::string& field) {
        if (row.fields.size() < csv_fields_max) row.fields.push_back(std::move(field));
        field.clear();
    }

    std::string_view text_;
    std::size_t at_ = 0;
    int line_ = 1;
};

}  // namespace

std::vector<csv_row> parse_csv(std::string_view text, std::size_t rows_max) {
    std::vector<csv_row> rows;
    row_reader reader(text);
    while (!reader.at_end() && rows.size() < rows_max) {
        auto row = reader.next();
        const bool empty = row.fields.size() == 1 && row.fields.front().empty();
        if (!empty || !row.closed) rows.push_back(std::move(row));
    }
    return rows;
}

}  // namespace medusa
