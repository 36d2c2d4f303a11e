// Our side of bench/mongo.py, and its peer: characters saved and listed through a store, or by
// MongoDB's driver alone. Prints one JSON object.
//
//   store_bench save STORE COUNT THREADS    reserves and creates COUNT characters with avatars
//   store_bench raw URI COUNT THREADS       the driver inserts the same two documents for each
//   store_bench fill STORE COUNT            COUNT characters, in the quickest way
//   store_bench list STORE RUNS             the newest 20
//   store_bench rawlist URI RUNS            the same, by the driver, not decoded
//   store_bench check STORE 1               what the store says of itself, as a text
//
// STORE is the address of a MongoDB database, or the path of a file for SQLite.
#include <fmt/format.h>
#include <mongoc/mongoc.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "contract/store_contract.hpp"
#include "store/mongo/documents.hpp"
#include "store/mongo/mongo_store.hpp"
#include "store/sqlite/sqlite_store.hpp"

namespace medusa {
namespace {

constexpr std::int64_t first_id = 1'000'000;  // of what a database is filled with
constexpr std::int64_t page = 20;
constexpr std::int64_t bulk_documents = 1'000;
const owner_info anna{"local", "anna"};

double seconds(const std::function<void()>& work) {
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

stores open_store(const std::string& address) {
    if (address.starts_with("mongodb")) return make_mongo_store({.uri = address});
    return make_sqlite_store({.file = address});
}

// Calls work(0) ... work(count - 1), shared among threads.
double seconds_shared(std::int64_t count, int threads,
                      const std::function<void(std::int64_t)>& work) {
    std::atomic<std::int64_t> next{0};
    return seconds([&] {
        std::vector<std::jthread> workers;
        for (int t = 0; t < threads; ++t)
            workers.emplace_back([&] {
                for (auto i = next++; i < count; i = next++) work(i);
            });
    });
}

std::string unique_name() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return fmt::format("bench-{}", now.count());
}

double save(const std::string& address, std::int64_t count, int threads) {
    const auto store = open_store(address);
    const auto run = unique_name();
    const auto first_number = store.images->highest_number() + 1;
    return seconds_shared(count, threads, [&](std::int64_t i) {
        const auto job = fmt::format("{}-{}", run, i);
        const auto held = store.reserved->reserve(job, anna, job);
        auto avatar = image_for(job + "-image", held.id);
        avatar.number = first_number + i;
        store.characters->create(record_for(job, anna, held, "Luna"), avatar);
    });
}

// The driver, as a program would use it that keeps none of our promises but "a majority has it".
class raw_driver {
public:
    explicit raw_driver(const std::string& uri) : uri_(mongoc_uri_new(uri.c_str())) {
        mongoc_init();
        pool_ = mongoc_client_pool_new(uri_);
        if (!pool_) throw std::runtime_error("no such address: " + uri);
    }
    ~raw_driver() {
        mongoc_client_pool_destroy(pool_);
        mongoc_uri_destroy(uri_);
    }
    raw_driver(const raw_driver&) = delete;
    raw_driver& operator=(const raw_driver&) = delete;

    void insert(const char* collection, const std::vector<mongo::document>& documents) {
        std::vector<const bson_t*> bytes;
        for (const auto& one : documents) bytes.push_back(one.get());
        with(collection, [&](mongoc_collection_t* on, bson_error_t* reason) {
            return mongoc_collection_insert_many(on, bytes.data(), bytes.size(), nullptr, nullptr,
                                                 reason);
        });
    }

    std::int64_t newest(std::int64_t limit) {
        std::int64_t found = 0;
        with(mongo_characters, [&](mongoc_collection_t* on, bson_error_t* reason) {
            const mongo::document options(
                boost::json::object{{"sort", {{"id", -1}}}, {"limit", limit}});
            const mongo::document everything;
            auto* cursor =
                mongoc_collection_find_with_opts(on, everything.get(), options.get(), nullptr);
            const bson_t* next = nullptr;
            while (mongoc_cursor_next(cursor, &next)) ++found;
            const bool failed = mongoc_cursor_error(cursor, reason);
            mongoc_cursor_destroy(cursor);
            return !failed;
        });
        return found;
    }

    static constexpr auto mongo_characters = "characters";

private:
    void with(const char* collection,
              const std::function<bool(mongoc_collection_t*, bson_error_t*)>& work) {
        auto* client = mongoc_client_pool_pop(pool_);
        auto* on = mongoc_client_get_collection(client, mongoc_uri_get_database(uri_), collection);
        bson_error_t reason{};
        const bool done = work(on, &reason);
        mongoc_collection_destroy(on);
        mongoc_client_pool_push(pool_, client);
        if (!done) throw std::runtime_error(reason.message);
    }

    mongoc_uri_t* uri_;
    mongoc_client_pool_t* pool_;
};

mongo::document character_document(const std::string& job, std::int64_t id) {
    auto fields = mongo::fields_of(record_for(job, anna, {.id = id, .slug = job}, "Luna"));
    fields["_id"] = job;
    return fields;
}

double raw(const std::string& uri, std::int64_t count, int threads) {
    raw_driver driver(uri);
    const auto run = unique_name();
    // Apart from those of other runs.
    const auto first = std::chrono::system_clock::now().time_since_epoch().count() / 1'000;
    return seconds_shared(count, threads, [&](std::int64_t i) {
        const auto job = fmt::format("{}-{}", run, i);
        std::vector<mongo::document> one;
        one.push_back(character_document(job, first + i));
        driver.insert(raw_driver::mongo_characters, one);
        one[0] = mongo::fields_of(image_for(job + "-image", first + i));
        driver.insert("images", one);
    });
}

double fill(const std::string& address, std::int64_t count) {
    const auto store = open_store(address);
    return seconds([&] {
        if (!address.starts_with("mongodb")) {
            for (std::int64_t i = 0; i < count; ++i) {
                const auto job = fmt::format("fill-{}", i);
                store.characters->save(
                    record_for(job, anna, {.id = first_id + i, .slug = job}, "Luna"));
            }
            return;
        }
        raw_driver driver(address);
        for (std::int64_t i = 0; i < count;) {
            std::vector<mongo::document> some;
            for (; i < count && std::int64_t(some.size()) < bulk_documents; ++i)
                some.push_back(character_document(fmt::format("fill-{}", i), first_id + i));
            driver.insert(raw_driver::mongo_characters, some);
        }
    });
}

double median_ms(std::int64_t runs, const std::function<std::size_t()>& list) {
    std::vector<double> each;
    for (std::int64_t i = 0; i < runs; ++i)
        each.push_back(1e3 * seconds([&] {
                           if (list() != std::size_t(page))
                               throw std::runtime_error("the list is not full");
                       }));
    std::ranges::nth_element(each, each.begin() + runs / 2);
    return each[std::size_t(runs) / 2];
}

int run(const std::string& what, const std::string& address, std::int64_t count, int threads) {
    if (what == "list") {
        const auto store = open_store(address);
        fmt::print("{{\"list_ms\": {:.3f}}}\n", median_ms(count, [&] {
                       return store.characters->list({.limit = page}).size();
                   }));
    } else if (what == "check") {
        fmt::print("\"{}\"\n", open_store(address).characters->check());
    } else if (what == "rawlist") {
        raw_driver driver(address);
        fmt::print("{{\"list_ms\": {:.3f}}}\n",
                   median_ms(count, [&] { return std::size_t(driver.newest(page)); }));
    } else {
        const double took = what == "save"  ? save(address, count, threads)
                            : what == "raw" ? raw(address, count, threads)
                                            : fill(address, count);
        fmt::print("{{\"per_s\": {:.2f}}}\n", double(count) / took);
    }
    return 0;
}

}  // namespace
}  // namespace medusa

int main(int argc, char** argv) {
    if (argc < 4) {
        fmt::print(stderr,
                   "usage: store_bench save|raw|fill|list|rawlist|check ADDRESS COUNT [THREADS]\n");
        return 2;
    }
    try {
        return medusa::run(argv[1], argv[2], std::stoll(argv[3]),
                           argc > 4 ? std::stoi(argv[4]) : 1);
    } catch (const std::exception& failure) {
        fmt::print(stderr, "store_bench: {}\n", failure.what());
        return 1;
    }
}
