// The JSON tables of the art, read field by field: a field that has the wrong type, and one that
// nobody reads (a slip of the pen), are refused by their place in the file.
//
// One reader for one table: one thread. Errors: error(internal).
#pragma once

#include <boost/json.hpp>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "engine/sketch/art.hpp"

namespace medusa::sketch {

// Throws with the line of what is no JSON object.
boost::json::object parse_table(std::string_view text);

class table_row {
public:
    // Borrows `fields`; `place` is what messages call the row ("cuts, robe"; empty: the file).
    table_row(const boost::json::object& fields, std::string place = {});

    // The value of a field, nullptr where the row leaves it out.
    const boost::json::value* find(std::string_view name);
    // A field that must be there.
    table_row row(std::string_view name);
    // The rows of a list that must be there: "hair 1", "hair 2" ...
    std::vector<table_row> rows(std::string_view name);

    // Throws for a field that was never asked for.
    void refuse_unknown() const;
    [[noreturn]] void refuse(std::string_view name, std::string_view expected) const;

    const boost::json::object& fields() const { return fields_; }
    std::string place_of(std::string_view name) const;

private:
    const boost::json::value& needed(std::string_view name);

    const boost::json::object& fields_;
    std::string place_;
    std::set<std::string, std::less<>> asked_;
};

// Reads one file of the art, all of it; what it cannot read becomes a fault of that file.
void read_table(const art_files& art, std::vector<art_fault>& faults, std::string_view name,
                const std::function<void(table_row& file)>& read);

// A field that a row leaves out keeps its default.
void take(table_row& from, std::string_view name, std::string& into);
void take(table_row& from, std::string_view name, std::vector<std::string>& into);
void take(table_row& from, std::string_view name, double& into);
void take(table_row& from, std::string_view name, int& into);
void take(table_row& from, std::string_view name, bool& into);

// A table of plain values by word.
template <class Value>
void take_table(table_row& from, std::string_view name,
                std::map<std::string, Value, std::less<>>& into) {
    auto table = from.row(name);
    for (const auto& entry : table.fields()) take(table, entry.key(), into[entry.key()]);
}

// A list or a table by word of rows; `read` takes the fields of one.
template <class Row>
void take_rows(table_row& from, std::string_view name, std::vector<Row>& into,
               void (*read)(table_row&, std::type_identity_t<Row>&)) {
    for (auto& row : from.rows(name)) {
        read(row, into.emplace_back());
        row.refuse_unknown();
    }
}
template <class Row>
void take_rows(table_row& from, std::string_view name,
               std::map<std::string, Row, std::less<>>& into,
               void (*read)(table_row&, std::type_identity_t<Row>&)) {
    auto table = from.row(name);
    for (const auto& entry : table.fields()) {
        auto row = table.row(entry.key());
        read(row, into[entry.key()]);
        row.refuse_unknown();
    }
}

}  // namespace medusa::sketch
