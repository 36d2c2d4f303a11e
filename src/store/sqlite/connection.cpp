#include "store/sqlite/connection.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <thread>

namespace medusa::sqlite {
namespace {

constexpr auto words = "Database connection failed: ";

constexpr auto disk_advice =
    "Make the folder writable and see that its disk has space, or set MEDUSA_DATA to another";

bool is_read_only(const std::filesystem::path& file) {
    return (::access(file.c_str(), W_OK) != 0 && errno != ENOENT) ||
           ::access(file.parent_path().c_str(), W_OK) != 0;
}

// `reason` is an extended result code; its low byte is the primary one.
[[noreturn]] void fail(int reason, sqlite3* handle, const std::filesystem::path& file) {
    const std::string name = file.string();
    const int os_reason = handle ? sqlite3_system_errno(handle) : 0;
    std::string message = handle ? sqlite3_errmsg(handle) : sqlite3_errstr(reason);
    switch (reason & 0xff) {
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            throw damaged(name, message);
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            throw error(errc::unavailable,
                        fmt::format("{}{} is in use by another program", words, name),
                        "Wait until it has finished and try again");
        case SQLITE_CONSTRAINT:
            throw error(errc::conflict, fmt::format("{}{} ({})", words, message, name));
        case SQLITE_FULL:
        case SQLITE_IOERR:
        case SQLITE_CANTOPEN:
        case SQLITE_READONLY:
        case SQLITE_PERM:
        case SQLITE_AUTH:
        case SQLITE_NOLFS:
            if (is_read_only(file)) message = "it, or its folder, is read-only";
            if (os_reason != 0) message += fmt::format(", {}", std::strerror(os_reason));
            throw error(errc::storage, fmt::format("{}cannot use {}: {}", words, name, message),
                        disk_advice);
    }
    throw error(errc::internal, fmt::format("{}{} ({})", words, message, name));
}

// SQLite's own handler waits longer and longer, up to 100 ms, so that who has waited long finds the
// file free less often than who comes new: of several busy processes, some would get nothing done.
constexpr std::chrono::milliseconds busy_pause{1};

int wait_for_others(void* looks_max, int looks) {
    if (looks >= *static_cast<const std::int64_t*>(looks_max)) return 0;
    std::this_thread::sleep_for(busy_pause);
    return 1;
}

}  // namespace

error damaged(const std::string& what, const std::string& reason) {
    return error(errc::corrupted, fmt::format("{}{} is damaged ({})", words, what, reason),
                 "Bring back a backup of the database, or move it away to begin a new collection; "
                 "the pictures in the asset folder stay as they are");
}

connection::connection(const std::filesystem::path& file, access mode,
                       std::chrono::milliseconds busy_timeout)
    : file_(file), busy_looks_(busy_timeout / busy_pause) {
    const int flags =
        mode == access::write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY;
    sqlite3* opened = nullptr;
    // NOMUTEX: one thread at a time uses a connection, database.hpp sees to it.
    const int result = sqlite3_open_v2(
        file.c_str(), &opened, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
    handle_.reset(opened);
    check(result);
    check(sqlite3_busy_handler(opened, &wait_for_others, &busy_looks_));
}

void connection::check(int result) const {
    if (result != SQLITE_OK) fail(result, handle_.get(), file_);
}

void connection::run(const std::string& script) {
    check(sqlite3_exec(handle_.get(), script.c_str(), nullptr, nullptr, nullptr));
}

sqlite3_stmt* connection::prepared(std::string_view sql) {
    if (const auto known = statements_.find(sql); known != statements_.end())
        return known->second.get();
    sqlite3_stmt* statement = nullptr;
    check(sqlite3_prepare_v3(handle_.get(), sql.data(), int(sql.size()), SQLITE_PREPARE_PERSISTENT,
                             &statement, nullptr));
    return statements_.try_emplace(std::string(sql), statement).first->second.get();
}

query::~query() {
    sqlite3_reset(statement_);
    sqlite3_clear_bindings(statement_);
}

bool query::next() {
    const int result = sqlite3_step(statement_);
    if (result != SQLITE_ROW && result != SQLITE_DONE) on_.check(result);
    return result == SQLITE_ROW;
}

void query::run() {
    while (next()) {
    }
}

std::string query::text(int column) const {
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
    return bytes ? std::string(bytes, std::size_t(sqlite3_column_bytes(statement_, column)))
                 : std::string();
}

std::optional<std::int64_t> query::integer_if_set(int column) const {
    if (sqlite3_column_type(statement_, column) == SQLITE_NULL) return std::nullopt;
    return integer(column);
}

void query::bind(std::int64_t value) {
    on_.check(sqlite3_bind_int64(statement_, ++bound_, value));
}

void query::bind(std::string_view value) {
    on_.check(sqlite3_bind_text64(statement_, ++bound_, value.data(), value.size(),
                                  SQLITE_TRANSIENT, SQLITE_UTF8));
}

void query::bind(const std::optional<std::int64_t>& value) {
    if (value)
        bind(*value);
    else
        on_.check(sqlite3_bind_null(statement_, ++bound_));
}

transaction::transaction(connection& on) : on_(on) {
    on_.run("BEGIN IMMEDIATE");
}

transaction::~transaction() {
    // A full disk may have ended the transaction already. A failing rollback changes nothing for
    // the caller: the lock goes with the connection, and nothing was committed.
    if (!on_.in_transaction()) return;
    try {
        on_.run("ROLLBACK");
    } catch (const std::exception&) {
    }
}

void transaction::commit() {
    on_.run("COMMIT");
}

}  // namespace medusa::sqlite
