// MongoDB servers that are away, die, restart, hang or lose their answers, and writers that are
// killed: clear words, nothing acknowledged is lost, nothing is there twice.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <set>
#include <thread>

#include "contract/store_contract.hpp"
#include "core/error.hpp"
#include "core/files.hpp"
#include "core/text.hpp"
#include "store/mongo/mongo_store.hpp"
#include "support/mongo_server.hpp"
#include "support/small_disk.hpp"

namespace medusa {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing_support::child;
using testing_support::mongo_server;
using testing_support::small_disk;

constexpr int kills_short = 4;
constexpr std::size_t output_bytes_max = 1 << 20;

int kills() {
    const char* wanted = std::getenv("MEDUSA_TEST_KILLS");
    return wanted ? std::atoi(wanted) : kills_short;
}

error error_of(const std::function<void()>& act) {
    try {
        act();
    } catch (const error& reason) {
        return reason;
    }
    return {errc::internal, "nothing was refused"};
}

void expect_words(const error& reason, errc code) {
    EXPECT_EQ(reason.code(), code) << reason.what();
    EXPECT_EQ(reason.detail().rfind("Database connection failed: ", 0), 0u) << reason.detail();
    EXPECT_FALSE(reason.advice().empty());
    EXPECT_EQ(std::string(reason.what()).find("canary"), std::string::npos) << reason.what();
}

TEST(mongo_address, that_nobody_answers_at_is_reported_soon_and_without_its_password) {
    const auto began = std::chrono::steady_clock::now();
    expect_words(error_of([] {
                     make_mongo_store({.uri = "mongodb://anna:canary@127.0.0.1:1/db?"
                                              "serverSelectionTimeoutMS=300&authSource=canary"});
                 }),
                 errc::unavailable);
    EXPECT_LT(std::chrono::steady_clock::now() - began, 5s);
}

TEST(mongo_address, that_is_none_is_refused_without_its_password) {
    for (const auto* uri : {"mongodb://anna:can ary%zz@host/db",
                            "mongodb://anna:canary@host:99999999/db", "mongodb://anna:canary@/db",
                            "mongodb://anna:canary@host/db?tls=maybe&tls=canary", "mongodb://"})
        expect_words(error_of([&] { make_mongo_store({.uri = uri}); }), errc::invalid_argument);
}

TEST(mongo_address, that_asks_for_tls_says_what_is_missing_for_it) {
    const auto missing = error_of([] {
        make_mongo_store({.uri = "mongodb://127.0.0.1:1/db?tls=true&tlsCAFile=/no/such/ca.pem"});
    });
    expect_words(missing, errc::invalid_argument);
    EXPECT_NE(missing.detail().find("tlscafile in MONGODB_URI names /no/such/ca.pem"),
              std::string::npos)
        << missing.detail();
    expect_words(error_of([] {
                     make_mongo_store({.uri = "mongodb://127.0.0.1:1/db?tls=true&tlsInsecure=true"
                                              "&tlsAllowInvalidCertificates=true"});
                 }),
                 errc::invalid_argument);
    mongo_server plain;
    const auto refused = error_of([&] {
        make_mongo_store({.uri = plain.uri("db") + "?tls=true&serverSelectionTimeoutMS=300"
                                                   "&connectTimeoutMS=300"});
    });
    expect_words(refused, errc::unavailable);
    EXPECT_NE(refused.advice().find("TLS"), std::string::npos) << refused.advice();
}

// Connections are taken, and nothing is ever said: a firewall, or a server that hangs.
TEST(mongo_address, that_is_silent_is_given_up_within_its_time) {
    const int listening = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    ASSERT_EQ(bind(listening, reinterpret_cast<sockaddr*>(&at), size), 0);
    ASSERT_EQ(listen(listening, 1), 0);
    getsockname(listening, reinterpret_cast<sockaddr*>(&at), &size);
    const auto began = std::chrono::steady_clock::now();
    expect_words(error_of([&] {
                     make_mongo_store({.uri = fmt::format("mongodb://127.0.0.1:{}/db?"
                                                          "serverSelectionTimeoutMS=500"
                                                          "&connectTimeoutMS=200",
                                                          ntohs(at.sin_port))});
                 }),
                 errc::unavailable);
    EXPECT_LT(std::chrono::steady_clock::now() - began, 5s);
    close(listening);
}

TEST(mongo_address, with_a_wrong_password_is_refused_without_telling_it) {
    mongo_server server;
    auto uri = server.uri("db");
    uri.insert(std::string("mongodb://").size(), "anna:canary@");
    const auto refused = error_of([&] { make_mongo_store({.uri = uri}); });
    expect_words(refused, errc::unauthorized);
    EXPECT_NE(refused.advice().find("password"), std::string::npos) << refused.advice();
}

struct refusal {
    int code;
    errc expected;
    const char* advice;
};

// As a server of MongoDB's own answers them (error_codes.yml).
TEST(mongo_server_that_refuses, is_told_of_with_cause_and_advice_and_costs_nothing) {
    for (const auto& [code, expected, advice] :
         {refusal{13, errc::unauthorized, "may read and write"},
          refusal{14031, errc::storage, "Make room"}}) {
        mongo_server server({.refuse = code});
        const auto refused = error_of([&] { make_mongo_store({.uri = server.uri("db")}); });
        expect_words(refused, expected);
        EXPECT_NE(refused.advice().find(advice), std::string::npos) << refused.advice();
        server.kill();
        server.start_again();
        EXPECT_TRUE(make_mongo_store({.uri = server.uri("db")}).characters->list({}).empty());
    }
}

// Other than above, its disk is full indeed, and fills up in the middle.
TEST(mongo_server_with_a_full_disk, is_told_of_and_loses_and_doubles_nothing) {
    const testing_support::scratch_folder folder;
    const auto data = folder.path() / "data";
    fs::create_directory(data);
    const auto disk = small_disk::mount(data, 24 << 20);
    if (!disk) GTEST_SKIP() << "this machine mounts no disks for tests";
    mongo_server server(data);
    const auto store = make_mongo_store({.uri = server.uri("db")});
    const owner_info anna{"local", "anna"};
    const auto make = [&](int i) {
        const auto job = fmt::format("job-{}", i);
        const auto held = store.reserved->reserve(job, anna, job);
        auto record = record_for(job, anna, held, "Luna");
        record.description = std::string(4'000, 'x');
        store.characters->create(record, image_for(job + "-image", held.id));
    };
    constexpr int before = 5;
    constexpr int after = 400;
    int made = 0;
    for (; made < before; ++made) make(made);
    disk->fill();
    const auto full = error_of([&] {
        for (; made < after; ++made) make(made);
    });
    expect_words(full, errc::storage);
    EXPECT_NE(full.advice().find("Make room"), std::string::npos) << full.what();
    disk->empty();
    for (int i = 0; i <= made; ++i) make(i);
    const auto records = store.characters->list({.limit = 1'000});
    EXPECT_EQ(records.size(), std::size_t(made + 1));
    for (const auto& record : records)
        EXPECT_EQ(store.images->of_character(record.id).size(), 1u) << record.job_id;
}

class mongo_faults : public testing::Test {
protected:
    child start_writer(const mongo_server& server, const std::string& name, int count) const {
        return child(
            {MEDUSA_STORE_WRITER, server.uri("db"), folder_.path(), name, std::to_string(count)},
            output_);
    }

    // The ids that the writer printed in whole lines.
    std::vector<std::int64_t> acknowledged() const {
        if (!fs::exists(output_)) return {};
        auto lines = split(read_file(output_, output_bytes_max), '\n');
        lines.pop_back();
        std::vector<std::int64_t> ids;
        for (const auto& line : lines) ids.push_back(std::stoll(line));
        return ids;
    }

    void wait_for(std::size_t count) const {
        while (acknowledged().size() < count) std::this_thread::sleep_for(2ms);
    }

    void expect_acknowledged(const stores& store) const {
        for (const auto id : acknowledged()) EXPECT_TRUE(store.characters->find(id)) << id;
    }

    // Whatever happened: what was acknowledged is there, each record has its one image, and no id,
    // slug or number is there twice; and the feed tells of each. Returns how many records there
    // are.
    std::size_t expect_sound(const mongo_server& server) const {
        const auto store = make_mongo_store({.uri = server.uri("db")});
        expect_acknowledged(store);
        std::set<std::int64_t> ids;
        std::set<std::string> slugs;
        std::set<std::string> jobs;
        std::set<std::int64_t> numbers;
        std::size_t numbered = 0;
        const auto records = store.characters->list({.limit = 1'000'000});
        for (const auto& record : records) {
            ids.insert(record.id);
            slugs.insert(record.slug);
            jobs.insert(record.job_id);
            const auto images = store.images->of_character(record.id);
            EXPECT_EQ(images.size(), 1u) << record.job_id;
            for (const auto& image : images) {
                if (!image.number) continue;
                numbers.insert(*image.number);
                ++numbered;
            }
        }
        EXPECT_EQ(slugs.size(), records.size());
        EXPECT_EQ(jobs.size(), records.size());
        EXPECT_EQ(numbers.size(), numbered) << "a number was given twice";
        std::set<std::int64_t> told;
        const auto notes = store.feed->after(0, 1'000'000);
        for (const auto& one : notes) told.insert(one.character_id);
        EXPECT_EQ(told, ids);
        EXPECT_EQ(notes.size(), ids.size());
        return records.size();
    }

    testing_support::scratch_folder folder_;
    fs::path output_ = folder_.path() / "acknowledged";
};

TEST_F(mongo_faults, a_server_that_dies_and_comes_back_costs_nothing_but_time) {
    mongo_server server;
    auto writer = start_writer(server, "w", 25);
    for (const std::size_t after : {4, 12}) {
        wait_for(after);
        server.kill();
        std::this_thread::sleep_for(300ms);
        server.start_again();
    }
    EXPECT_EQ(writer.wait(), 0);
    EXPECT_EQ(acknowledged().size(), 25u);
    EXPECT_EQ(expect_sound(server), 25u);
}

TEST_F(mongo_faults, connections_that_are_cut_are_made_again) {
    mongo_server server;
    auto writer = start_writer(server, "w", 25);
    for (const std::size_t after : {2, 8, 14}) {
        wait_for(after);
        server.cut_connections();
    }
    EXPECT_EQ(writer.wait(), 0);
    EXPECT_EQ(expect_sound(server), 25u);
}

TEST_F(mongo_faults, answers_that_are_lost_double_nothing) {
    mongo_server server({.lose = 37});
    auto writer = start_writer(server, "w", 15);
    EXPECT_EQ(writer.wait(), 0);
    EXPECT_EQ(acknowledged().size(), 15u);
    EXPECT_EQ(expect_sound(server), 15u);

    const auto store = make_mongo_store({.uri = server.uri("db")});
    for (int i = 0; i < 40; ++i) {
        attempt sent;
        sent.id = std::to_string(i);
        sent.job_id = "job";
        store.attempts->begin(sent);
    }
    EXPECT_EQ(store.attempts->of("job", 0).size(), 40u);
}

TEST_F(mongo_faults, a_server_that_hangs_is_given_up_and_taken_up_again) {
    mongo_server server;
    const auto store = make_mongo_store(
        {.uri = server.uri("db") + "?socketTimeoutMS=200&serverSelectionTimeoutMS=200",
         .patience = {.attempts_max = 1}});
    server.pause();
    expect_words(error_of([&] { store.characters->list({}); }), errc::unavailable);
    server.go_on();
    EXPECT_TRUE(make_mongo_store({.uri = server.uri("db")}).characters->list({}).empty());
}

TEST_F(mongo_faults, the_user_can_end_the_waiting) {
    mongo_server server;
    std::stop_source stop;
    const auto store = make_mongo_store(
        {.uri = server.uri("db") + "?serverSelectionTimeoutMS=200", .stop = stop.get_token()});
    server.kill();
    std::jthread user([&] {
        std::this_thread::sleep_for(300ms);
        stop.request_stop();
    });
    EXPECT_EQ(error_of([&] { store.characters->list({}); }).code(), errc::cancelled);
}

TEST_F(mongo_faults, killed_writers_and_servers_leave_nothing_half_made) {
    mongo_server server;
    // A look at everything takes longer with each round.
    const int look_at_all_every = kills() > kills_short ? 20 : 1;
    for (int round = 0; round < kills(); ++round) {
        fs::remove(output_);
        // Every second round goes on with the jobs of the one before, as a retry does.
        auto writer = start_writer(server, fmt::format("round-{}", round / 2), 1'000'000);
        wait_for(1);
        std::this_thread::sleep_for(std::chrono::microseconds(round * 4'700 % 43'000));
        if (round % 2 == 0) {
            writer.kill();
            EXPECT_EQ(writer.wait(), 128 + 9);
        } else {
            server.kill();
            writer.kill();
            writer.wait();
            server.start_again();
        }
        if (round % look_at_all_every == 0)
            expect_sound(server);
        else
            expect_acknowledged(make_mongo_store({.uri = server.uri("db")}));
        ASSERT_FALSE(HasFailure()) << "round " << round;
    }
    expect_sound(server);
}

}  // namespace
}  // namespace medusa
