#include "store/sqlite/database.hpp"

#include <fmt/format.h>

#include "core/files.hpp"
#include "store/sqlite/schema.hpp"

namespace medusa::sqlite {
namespace {

constexpr int first_safe_wal_version = 3'051'003;

void make_folder_of(const std::filesystem::path& file) {
    try {
        if (file.has_parent_path()) make_folder(file.parent_path());
    } catch (const error& reason) {
        throw error(reason.code(), "Database connection failed: " + reason.detail(),
                    reason.advice());
    }
}

}  // namespace

const char* journal_mode_for(int library_version) {
    return library_version >= first_safe_wal_version ? "WAL" : "TRUNCATE";
}

database::database(const sqlite_settings& settings) : settings_(settings) {
    make_folder_of(settings_.file);
    writer_ = std::make_unique<connection>(settings_.file, access::write, settings_.busy_timeout);
    // The first process to come switches the journal mode and creates the tables; while it does,
    // the others are told at once that the file is busy.
    patiently([&] {
        writer_->run(
            fmt::format("PRAGMA journal_mode = {}; PRAGMA synchronous = FULL; "
                        "PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF",
                        journal_mode_for(sqlite3_libversion_number())));
        migrate(*writer_, schema_steps());
    });
}

// Under the writer's lock.
void database::commit(const std::function<void(connection&)>& work) {
    patiently([&] {
        transaction changes(*writer_);
        work(*writer_);
        changes.commit();
    });
}

void database::write(const std::function<void(connection&)>& work) {
    const std::lock_guard lock(writer_mutex_);
    commit(work);
}

void database::write_soon(const std::function<void(connection&)>& work) {
    const std::lock_guard lock(writer_mutex_);
    writer_->run("PRAGMA synchronous = NORMAL");
    try {
        commit(work);
    } catch (...) {
        writer_->run("PRAGMA synchronous = FULL");
        throw;
    }
    writer_->run("PRAGMA synchronous = FULL");
}

std::unique_ptr<connection> database::take_reader() {
    std::unique_lock lock(readers_mutex_);
    reader_returned_.wait(lock, [&] { return readers_lent_ < readers_max; });
    std::unique_ptr<connection> lent;
    if (idle_readers_.empty()) {
        lent = reader();
    } else {
        lent = std::move(idle_readers_.back());
        idle_readers_.pop_back();
    }
    ++readers_lent_;
    return lent;
}

std::unique_ptr<connection> database::reader() const {
    return std::make_unique<connection>(settings_.file, access::read, settings_.busy_timeout);
}

void database::give_back(std::unique_ptr<connection> reader) {
    {
        const std::lock_guard lock(readers_mutex_);
        idle_readers_.push_back(std::move(reader));
        --readers_lent_;
    }
    reader_returned_.notify_one();
}

}  // namespace medusa::sqlite
