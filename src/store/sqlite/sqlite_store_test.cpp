#include "store/sqlite/sqlite_store.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>

#include "contract/store_contract.hpp"
#include "core/files.hpp"
#include "store/sqlite/database.hpp"
#include "store/sqlite/schema.hpp"

namespace medusa {
namespace {

namespace fs = std::filesystem;

stores open_in(const fs::path& folder) {
    return make_sqlite_store({.file = folder / "medusa.db"});
}

INSTANTIATE_TEST_SUITE_P(sqlite, store_contract,
                         testing::Values(store_under_test{
                             "sqlite", open_in, [](const fs::path&) { return "sqlite"; }}));

class sqlite_file : public testing::Test {
protected:
    sqlite_settings settings() const { return {.file = folder_.path() / "medusa.db"}; }

    // The error of opening the file and reading a list from it.
    error open_error() const {
        try {
            const auto store = make_sqlite_store(settings());
            store.characters->list({});
            store.characters->check();
        } catch (const error& reason) {
            return reason;
        }
        return {errc::internal, "nothing was refused"};
    }

    void make_characters(int count) const {
        const auto store = make_sqlite_store(settings());
        for (int i = 0; i < count; ++i) {
            const auto job = std::to_string(i);
            const auto held = store.reserved->reserve(job, anna, "luna");
            store.characters->save(record_for(job, anna, held, "Luna"));
        }
    }

    testing_support::scratch_folder folder_;
};

void expect_words(const error& reason, errc code) {
    EXPECT_EQ(reason.code(), code) << reason.what();
    EXPECT_EQ(reason.detail().rfind("Database connection failed: ", 0), 0u) << reason.detail();
    EXPECT_FALSE(reason.advice().empty());
}

TEST_F(sqlite_file, uses_wal_and_full_synchronisation) {
    make_characters(1);
    sqlite::connection on(settings().file, sqlite::access::read, std::chrono::seconds(1));
    sqlite::query mode(on, "PRAGMA journal_mode");
    ASSERT_TRUE(mode.next());
    EXPECT_EQ(mode.text(0), "wal");
    EXPECT_STREQ(sqlite::journal_mode_for(3'040'001), "TRUNCATE");
    EXPECT_STREQ(sqlite::journal_mode_for(3'051'002), "TRUNCATE");
    EXPECT_STREQ(sqlite::journal_mode_for(3'051'003), "WAL");
}

TEST_F(sqlite_file, waits_for_the_disk_again_after_a_write_that_does_not) {
    sqlite::database on(settings());
    const auto level = [&] {
        std::int64_t found = 0;
        on.write([&](sqlite::connection& by) {
            sqlite::query row(by, "PRAGMA synchronous");
            row.next();
            found = row.integer(0);
        });
        return found;
    };
    constexpr std::int64_t full = 2;
    on.write_soon([](sqlite::connection& by) { by.run("CREATE TABLE soon (x)"); });
    EXPECT_EQ(level(), full);
    EXPECT_THROW(on.write_soon([](sqlite::connection& by) { by.run("CREATE TABLE soon (x)"); }),
                 error);
    EXPECT_EQ(level(), full);
}

TEST_F(sqlite_file, tells_at_once_that_anybody_has_changed_anything) {
    const auto store = make_sqlite_store(settings());
    const auto other = make_sqlite_store(settings());
    const auto at_first = store.changes->now();
    EXPECT_EQ(store.changes->now(), at_first);
    store.characters->list({});
    EXPECT_EQ(store.changes->now(), at_first) << "who reads changes nothing";
    store.tokens->add({"a", "digest", anna, access_scope::read, system_clock().now()});
    const auto then = store.changes->now();
    EXPECT_NE(then, at_first);
    other.tokens->remove("a");
    EXPECT_NE(store.changes->now(), then) << "as another process would";
}

TEST_F(sqlite_file, that_is_no_database_is_reported_as_damaged) {
    write_file_atomic(settings().file, std::string(8'192, 'x'));
    expect_words(open_error(), errc::corrupted);
    EXPECT_EQ(read_file(settings().file, 10'000), std::string(8'192, 'x')) << "it was touched";
}

TEST_F(sqlite_file, that_was_cut_short_is_reported_as_damaged) {
    make_characters(40);
    fs::resize_file(settings().file, fs::file_size(settings().file) / 2);
    expect_words(open_error(), errc::corrupted);
}

TEST_F(sqlite_file, with_an_overwritten_middle_is_reported_as_damaged) {
    make_characters(40);
    {
        std::fstream file(settings().file, std::ios::in | std::ios::out | std::ios::binary);
        file.seekp(4'096);
        const std::string noise(std::size_t(fs::file_size(settings().file)) - 4'096, '\xa5');
        file.write(noise.data(), std::streamsize(noise.size()));
    }
    expect_words(open_error(), errc::corrupted);
}

TEST_F(sqlite_file, with_a_damaged_record_names_it) {
    make_characters(2);
    {
        sqlite::connection on(settings().file, sqlite::access::write, std::chrono::seconds(1));
        on.run("UPDATE characters SET record = '{' WHERE id = 123457");
    }
    const auto store = make_sqlite_store(settings());
    EXPECT_TRUE(store.characters->find(123456));
    std::vector<std::int64_t> left_out;
    const auto rest = store.characters->list({.damaged = &left_out});
    ASSERT_EQ(rest.size(), 1u);
    EXPECT_EQ(rest[0].id, 123456);
    EXPECT_EQ(left_out, std::vector<std::int64_t>{123457});
    const std::function<void()> readers[] = {[&] { store.characters->find(123457); },
                                             [&] { store.characters->list({}); },
                                             [&] { store.characters->check(); }};
    for (const auto& reader : readers) {
        try {
            reader();
            ADD_FAILURE() << "the damage was not seen";
        } catch (const error& reason) {
            expect_words(reason, errc::corrupted);
            EXPECT_NE(reason.detail().find("character 123457"), std::string::npos);
        }
    }
}

TEST_F(sqlite_file, with_damage_among_webhooks_keeps_the_others_going) {
    const auto store = make_sqlite_store(settings());
    for (const auto* id : {"damaged", "sound"}) {
        store.webhooks->add({id, anna, "https://hooks.example/", {}, "whsec_AAAA", {}, {}});
        webhook_delivery one;
        one.id = one.endpoint_id = id;
        store.outbox->tell({}, {&one, 1});
    }
    {
        sqlite::connection on(settings().file, sqlite::access::write, std::chrono::seconds(1));
        on.run(
            "UPDATE webhooks SET created_at = '' WHERE id = 'damaged';"
            "INSERT INTO webhook_deliveries SELECT 9, 'odd', endpoint_id, event, body, 'dead', "
            "0, 0, 0, 0, 0, '', 0 FROM webhook_deliveries WHERE id = 'sound';"
            "UPDATE webhook_deliveries SET state = 'odd' WHERE id = 'odd';"
            "INSERT INTO job_ends (job_id, user_id, state, revision, at_ms) "
            "VALUES ('damaged', 'local', 'odd', 1, 0), ('sound', 'local', 'done', 1, 0)");
    }
    ASSERT_EQ(store.webhooks->list({}).size(), 1u);
    EXPECT_EQ(store.webhooks->list({})[0].id, "sound");
    EXPECT_EQ(store.outbox->list("sound", {}, 1).at(0).id, "sound");
    EXPECT_EQ(store.outbox->untold(1).at(0).job_id, "sound");
    EXPECT_EQ(code_of([&] { store.webhooks->find("damaged"); }), errc::corrupted);
}

TEST_F(sqlite_file, lets_a_character_with_a_damaged_image_go) {
    make_characters(1);
    {
        const auto store = make_sqlite_store(settings());
        store.images->save(image_for("i", 123456));
        sqlite::connection on(settings().file, sqlite::access::write, std::chrono::seconds(1));
        on.run("UPDATE images SET record = '{'");
        store.images->save(image_for("j", 123456));
        std::vector<std::string> left_out;
        EXPECT_EQ(store.images->of_character(123456, &left_out),
                  std::vector{image_for("j", 123456)});
        EXPECT_EQ(left_out, std::vector<std::string>{"i"});
        EXPECT_THROW(store.images->of_character(123456), error);
    }
    EXPECT_TRUE(make_sqlite_store(settings()).characters->remove(123456));
}

TEST_F(sqlite_file, is_waited_for_no_longer_than_the_user_wants) {
    make_characters(1);
    sqlite::connection other(settings().file, sqlite::access::write, std::chrono::seconds(1));
    const auto began = std::chrono::steady_clock::now();
    std::stop_source stop;
    const auto store = make_sqlite_store({.file = settings().file,
                                          .busy_timeout = std::chrono::milliseconds(10),
                                          .stop = stop.get_token()});
    const sqlite::transaction held(other);
    stop.request_stop();
    try {
        store.reserved->reserve("a", {"local", "anna"}, "luna");
        ADD_FAILURE() << "not stopped";
    } catch (const error& reason) {
        EXPECT_EQ(reason.code(), errc::cancelled);
    }
    EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(10));
}

TEST_F(sqlite_file, is_written_as_soon_as_it_is_free_by_who_has_waited_long) {
    using std::chrono::steady_clock;
    const auto store = make_sqlite_store(settings());
    sqlite::connection other(settings().file, sqlite::access::write, std::chrono::seconds(1));
    auto soonest = steady_clock::duration::max();
    for (int i = 0; i < 5; ++i) {
        std::optional<sqlite::transaction> held(std::in_place, other);
        steady_clock::time_point freed;
        std::jthread frees([&] {
            std::this_thread::sleep_for(std::chrono::milliseconds(240));
            freed = steady_clock::now();
            held.reset();
        });
        store.reserved->reserve(fmt::format("job {}", i), anna, fmt::format("luna {}", i));
        const auto written = steady_clock::now();
        frees.join();
        soonest = std::min(soonest, written - freed);
    }
    EXPECT_LT(soonest, std::chrono::milliseconds(40));
}

TEST_F(sqlite_file, below_a_file_is_a_storage_error) {
    write_file_atomic(folder_.path() / "file", "x");
    try {
        make_sqlite_store({.file = folder_.path() / "file" / "medusa.db"});
        FAIL() << "nothing was refused";
    } catch (const error& reason) {
        EXPECT_EQ(reason.code(), errc::storage);
        EXPECT_EQ(reason.detail().rfind("Database connection failed: ", 0), 0u);
    }
}

TEST_F(sqlite_file, that_is_a_folder_is_a_storage_error) {
    fs::create_directory(settings().file);
    expect_words(open_error(), errc::storage);
}

TEST_F(sqlite_file, of_a_newer_program_is_refused_untouched) {
    make_characters(1);
    {
        sqlite::connection on(settings().file, sqlite::access::write, std::chrono::seconds(1));
        on.run("PRAGMA user_version = 999");
    }
    const auto reason = open_error();
    expect_words(reason, errc::storage);
    EXPECT_NE(reason.detail().find("999"), std::string::npos);
}

TEST_F(sqlite_file, locked_by_another_program_is_reported_when_patience_ends) {
    make_characters(1);
    sqlite::connection other(settings().file, sqlite::access::write, std::chrono::seconds(1));
    const sqlite::transaction held(other);
    const auto store = make_sqlite_store({.file = settings().file,
                                          .busy_timeout = std::chrono::milliseconds(5),
                                          .patience = std::chrono::milliseconds(50)});
    EXPECT_EQ(store.characters->list({}).size(), 1u) << "readers do not wait for a writer";
    try {
        store.reserved->reserve("x", anna, "luna");
        FAIL() << "nothing was refused";
    } catch (const error& reason) {
        expect_words(reason, errc::unavailable);
    }
}

TEST_F(sqlite_file, of_an_older_program_has_reservations_that_count_as_made_now) {
    const auto before = system_clock().now();
    {
        sqlite::connection on(settings().file, sqlite::access::write, std::chrono::seconds(1));
        sqlite::migrate(on, sqlite::schema_steps().first(2));
        on.run("INSERT INTO claims VALUES (123456, 'job', 'local', 'luna')");
    }
    const auto store = make_sqlite_store(settings());
    const auto found = store.reserved->unused().at(0);
    EXPECT_EQ(found.job_id, "job");
    EXPECT_GE(found.asked_at, before);
    EXPECT_LE(found.asked_at, system_clock().now());
}

TEST_F(sqlite_file, is_migrated_step_by_step_and_a_failing_step_leaves_no_trace) {
    const auto tables = [](sqlite::connection& on) {
        std::string names;
        sqlite::query rows(on, "SELECT name FROM sqlite_schema ORDER BY name");
        while (rows.next()) names += rows.text(0) + " ";
        return names;
    };
    sqlite::connection on(settings().file, sqlite::access::write, std::chrono::seconds(1));
    const char* good[] = {"CREATE TABLE one (x); CREATE TABLE two (x)", "CREATE TABLE three (x)"};
    const char* bad[] = {good[0], "CREATE TABLE three (x); CREATE TABLE one (x)"};
    EXPECT_THROW(sqlite::migrate(on, bad), error);
    EXPECT_EQ(tables(on), "one two ");
    sqlite::migrate(on, good);
    sqlite::migrate(on, good);
    EXPECT_EQ(tables(on), "one three two ");
}

}  // namespace
}  // namespace medusa
