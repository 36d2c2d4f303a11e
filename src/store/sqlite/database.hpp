// One database file as this process uses it: one writer connection behind a mutex, and a few
// read-only connections, each lent to one thread at a time.
//
// Shared by the ports of the adapter; any thread. Errors: see sqlite_store.hpp.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "core/error.hpp"
#include "store/sqlite/connection.hpp"
#include "store/sqlite/sqlite_store.hpp"

namespace medusa::sqlite {

// "WAL", or "TRUNCATE" for a library older than 3.51.3 (3'051'003), whose WAL mode can damage a
// file that several connections write (https://sqlite.org/wal.html, "the WAL-reset bug").
const char* journal_mode_for(int library_version);

class database {
public:
    // Opens the file and migrates it.
    explicit database(const sqlite_settings& settings);

    // Runs `work` in a transaction that holds the write lock. It may be run again when another
    // process is in the way, so it changes nothing but the database and its own result.
    void write(const std::function<void(connection&)>& work);
    // The same without waiting for the disk: seen by everybody at once, and on the disk with the
    // next write(), or lost with it when the power fails before. Saves an fsync where nothing is
    // lost by that.
    void write_soon(const std::function<void(connection&)>& work);

    // Runs `work` on a read-only connection and returns what it returns; each statement in it sees
    // one state of the database. May be run again like write().
    template <typename work_type>
    auto read(const work_type& work) {
        return patiently([&] {
            const loan lent(*this);
            return work(lent.get());
        });
    }

    // A further read-only connection, for its holder alone.
    std::unique_ptr<connection> reader() const;

    const std::filesystem::path& file() const { return settings_.file; }

private:
    // A reader connection for a scope.
    class loan {
    public:
        explicit loan(database& from) : from_(from), lent_(from.take_reader()) {}
        ~loan() { from_.give_back(std::move(lent_)); }
        loan(const loan&) = delete;
        loan& operator=(const loan&) = delete;
        connection& get() const { return *lent_; }

    private:
        database& from_;
        std::unique_ptr<connection> lent_;
    };

    void commit(const std::function<void(connection&)>& work);
    std::unique_ptr<connection> take_reader();
    void give_back(std::unique_ptr<connection> reader);

    // Again and again while another process holds the file, until `patience` is over or the user
    // asks to stop.
    template <typename attempt_type>
    auto patiently(const attempt_type& attempt) {
        const auto deadline = std::chrono::steady_clock::now() + settings_.patience;
        for (;;) {
            try {
                return attempt();
            } catch (const error& reason) {
                if (reason.code() != errc::unavailable) throw;
                if (std::chrono::steady_clock::now() >= deadline) throw;
                if (settings_.stop.stop_requested())
                    throw error(errc::cancelled, "interrupted while " + reason.detail());
            }
            std::this_thread::sleep_for(between_attempts);
        }
    }

    static constexpr std::chrono::milliseconds between_attempts{10};
    static constexpr std::size_t readers_max = 4;

    sqlite_settings settings_;
    std::mutex writer_mutex_;
    std::unique_ptr<connection> writer_;  // guarded by writer_mutex_
    std::mutex readers_mutex_;
    std::condition_variable reader_returned_;
    std::vector<std::unique_ptr<connection>> idle_readers_;  // guarded by readers_mutex_
    std::size_t readers_lent_ = 0;                           // guarded by readers_mutex_
};

}  // namespace medusa::sqlite
