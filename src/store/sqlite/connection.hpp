// Thin RAII around SQLite's C interface, for this adapter alone.
//
// A connection belongs to one thread at a time and owns its prepared statements; a query borrows
// one of them for a scope. Errors: see sqlite_store.hpp, and error(conflict) where a uniqueness
// rule of the schema is broken.
#pragma once

#include <sqlite3.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/error.hpp"

namespace medusa::sqlite {

// What to throw for damage: error(corrupted) that names `what`, the file or a record in it.
error damaged(const std::string& what, const std::string& reason);

enum class access { write, read };

class connection {
public:
    // Opens `file`; with access::write it is created when missing.
    connection(const std::filesystem::path& file, access mode,
               std::chrono::milliseconds busy_timeout);
    connection(const connection&) = delete;
    connection& operator=(const connection&) = delete;

    // Several statements at once, without values.
    void run(const std::string& script);
    // The number of rows that the last statement changed, cascades not counted.
    std::int64_t changed() const { return sqlite3_changes64(handle_.get()); }
    bool in_transaction() const { return sqlite3_get_autocommit(handle_.get()) == 0; }

private:
    friend class query;
    struct closer {
        void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
        void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
    };

    // Prepared once, kept for the life of the connection.
    sqlite3_stmt* prepared(std::string_view sql);
    void check(int result) const;

    std::filesystem::path file_;
    std::int64_t busy_looks_;  // SQLite has its address
    std::unique_ptr<sqlite3, closer> handle_;
    std::map<std::string, std::unique_ptr<sqlite3_stmt, closer>, std::less<>> statements_;
};

// One use of a statement: its values are bound, its rows read, then it is reset. The same SQL may
// not be in use twice at a time on one connection.
class query {
public:
    template <typename... values>
    query(connection& on, std::string_view sql, const values&... bound)
        : on_(on), statement_(on.prepared(sql)) {
        (bind(bound), ...);
    }
    ~query();
    query(const query&) = delete;
    query& operator=(const query&) = delete;

    // Steps to the next row; false after the last.
    bool next();
    // Steps to the end.
    void run();

    std::int64_t integer(int column) const { return sqlite3_column_int64(statement_, column); }
    std::string text(int column) const;
    std::optional<std::int64_t> integer_if_set(int column) const;

    void bind(std::int64_t value);
    void bind(std::string_view value);
    void bind(const std::optional<std::int64_t>& value);

private:
    connection& on_;
    sqlite3_stmt* statement_;
    int bound_ = 0;
};

// Takes the write lock at once, so that nothing read inside can change before the commit. Rolls
// back when it is destroyed without one.
class transaction {
public:
    explicit transaction(connection& on);
    ~transaction();
    transaction(const transaction&) = delete;
    transaction& operator=(const transaction&) = delete;
    void commit();

private:
    connection& on_;
};

}  // namespace medusa::sqlite
