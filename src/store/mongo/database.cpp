#include "store/mongo/database.hpp"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "store/mongo/command_log.hpp"
#include "store/mongo/failures.hpp"

namespace medusa::mongo {
namespace {

// Used for what the address leaves open, in milliseconds. A primary is elected within 12 s; who
// waits for it is the retries, so that a server that is simply not there is told of soon.
constexpr int selection_timeout_ms = 5'000;
constexpr int connect_timeout_ms = 5'000;
constexpr int socket_timeout_ms = 30'000;
constexpr auto database_of_other_clients = "test";

// Before main(), the library lays its counters into /dev/shm for a tool of its own. A killed
// process would leave that file behind, and a later one with the same id warn of it: so it loses
// its name.
[[maybe_unused]] const bool counters_have_no_name =
    ::shm_unlink(fmt::format("/mongoc-{}", ::getpid()).c_str()) == 0;

// The library's own start and end, once a process; it logs nothing.
class library {
public:
    library() {
        mongoc_init();
        mongoc_log_set_handler(nullptr, nullptr);
    }
    ~library() { mongoc_cleanup(); }
    library(const library&) = delete;
    library& operator=(const library&) = delete;
};

using address = std::unique_ptr<mongoc_uri_t, decltype(&mongoc_uri_destroy)>;

address parse(const std::string& uri) {
    bson_error_t reason{};
    address parsed(mongoc_uri_new_with_error(uri.c_str(), &reason), &mongoc_uri_destroy);
    if (!parsed) throw bad_address(uri, reason.message);
    const std::pair<const char*, int> limits[] = {
        {MONGOC_URI_SERVERSELECTIONTIMEOUTMS, selection_timeout_ms},
        {MONGOC_URI_CONNECTTIMEOUTMS, connect_timeout_ms},
        {MONGOC_URI_SOCKETTIMEOUTMS, socket_timeout_ms},
    };
    for (const auto& [option, value] : limits)
        if (!mongoc_uri_has_option(parsed.get(), option))
            mongoc_uri_set_option_as_int32(parsed.get(), option, value);
    if (!mongoc_uri_get_appname(parsed.get())) mongoc_uri_set_appname(parsed.get(), "medusa");
    auto* majority = mongoc_write_concern_copy(mongoc_uri_get_write_concern(parsed.get()));
    mongoc_write_concern_set_wmajority(majority, socket_timeout_ms);
    mongoc_uri_set_write_concern(parsed.get(), majority);
    mongoc_write_concern_destroy(majority);
    return parsed;
}

// The library would only say, after its time limit, that it found no server.
void expect_tls_files(const mongoc_uri_t* uri) {
    for (const char* option : {MONGOC_URI_TLSCAFILE, MONGOC_URI_TLSCERTIFICATEKEYFILE}) {
        const char* file = mongoc_uri_get_option_as_utf8(uri, option, nullptr);
        if (file && !std::ifstream(file)) throw bad_tls_file(option, file);
    }
}

std::string hosts_of(const mongoc_uri_t* uri) {
    if (const char* service = mongoc_uri_get_srv_hostname(uri)) return service;
    std::string hosts;
    for (auto* host = mongoc_uri_get_hosts(uri); host; host = host->next)
        hosts += (hosts.empty() ? "" : ", ") + std::string(host->host_and_port);
    return hosts;
}

// What the library makes of an answer: it begins a reply that it is given, and we end it.
class reply {
public:
    reply() = default;
    ~reply() { bson_destroy(&bytes_); }
    reply(const reply&) = delete;
    reply& operator=(const reply&) = delete;
    bson_t* get() { return &bytes_; }

private:
    bson_t bytes_ = BSON_INITIALIZER;
};

std::int64_t number_in(const bson_t* answer, const char* field) {
    bson_iter_t at;
    return bson_iter_init_find(&at, answer, field) ? bson_iter_as_int64(&at) : 0;
}

// Whether the parts of an answer that failed are all refused as duplicates.
bool only_duplicates(const bson_t* answer) {
    const auto fields = document(answer).to_json();
    const auto* failed = fields.if_contains("writeErrors");
    if (!failed || !failed->is_array() || fields.contains("writeConcernErrors")) return false;
    for (const auto& one : failed->get_array()) {
        bson_error_t reason{};
        reason.domain = MONGOC_ERROR_SERVER;
        reason.code = std::uint32_t(one.at("code").to_number<std::int64_t>());
        if (!is_duplicate(reason)) return false;
    }
    return !failed->get_array().empty();
}

}  // namespace

class database::loan {
public:
    explicit loan(database& from)
        : pool_(from.pool_.get()), client_(mongoc_client_pool_pop(pool_)) {}
    ~loan() { mongoc_client_pool_push(pool_, client_); }
    loan(const loan&) = delete;
    loan& operator=(const loan&) = delete;
    mongoc_client_t* get() const { return client_; }

private:
    mongoc_client_pool_t* pool_;
    mongoc_client_t* client_;
};

database::database(const mongo_settings& settings) : settings_(settings) {
    static const library loaded;
    const auto uri = parse(settings_.uri);
    expect_tls_files(uri.get());
    tls_ = mongoc_uri_get_tls(uri.get());
    const char* named = mongoc_uri_get_database(uri.get());
    name_ = named ? named : database_of_other_clients;
    hosts_ = hosts_of(uri.get());
    bson_error_t reason{};
    pool_.reset(mongoc_client_pool_new_with_error(uri.get(), &reason));
    if (!pool_) fail(reason, nullptr);
    mongoc_client_pool_set_error_api(pool_.get(), MONGOC_ERROR_API_VERSION_2);
    if (settings_.log) log_commands(pool_.get(), settings_.log);
}

void database::fail(const bson_error_t& reason, const bson_t* reply) const {
    const bool retryable = reply && (mongoc_error_has_label(reply, "RetryableWriteError") ||
                                     mongoc_error_has_label(reply, "TransientTransactionError"));
    throw translated(reason, retryable, hosts_, tls_);
}

void database::run_once(const char* collection, const step& work) {
    const loan lent(*this);
    const std::unique_ptr<mongoc_collection_t, decltype(&mongoc_collection_destroy)> on(
        mongoc_client_get_collection(lent.get(), name_.c_str(), collection),
        &mongoc_collection_destroy);
    reply answer;
    bson_error_t reason{};
    if (!work(on.get(), answer.get(), &reason)) fail(reason, answer.get());
}

void database::run(const char* collection, const step& work) {
    const retry_parts parts{system_timer(), system_random(), &budget_,
                            nullptr,        settings_.log,   settings_.retried};
    call_with_retries(parts, settings_.patience, settings_.stop, [&] {
        run_once(collection, work);
        return true;
    });
}

void database::expect_server() {
    const document ping(object{{"ping", 1}});
    run_once(characters_in, [&](auto* on, bson_t* reply, bson_error_t* reason) {
        return mongoc_collection_command_simple(on, ping.get(), nullptr, reply, reason);
    });
}

bool database::insert(const char* collection, const document& made) {
    bool stored = true;
    int tries = 0;
    run(collection, [&](auto* on, bson_t* reply, bson_error_t* reason) {
        ++tries;
        stored = mongoc_collection_insert_one(on, made.get(), nullptr, reply, reason);
        return stored || is_duplicate(*reason);
    });
    if (stored || tries == 1) return stored;
    const auto there = find_one(collection, made.only("_id"));
    return there && *there == made;
}

void database::insert_missing(const char* collection, const std::vector<document>& made) {
    constexpr std::size_t at_once = 1'000;
    const document options(object{{"ordered", false}});
    for (std::size_t first = 0; first < made.size(); first += at_once) {
        std::vector<const bson_t*> part;
        for (auto i = first; i < std::min(made.size(), first + at_once); ++i)
            part.push_back(made[i].get());
        run(collection, [&](auto* on, bson_t* reply, bson_error_t* reason) {
            return mongoc_collection_insert_many(on, part.data(), part.size(), options.get(), reply,
                                                 reason) ||
                   only_duplicates(reply);
        });
    }
}

std::optional<document> database::find_one(const char* collection, const document& filter,
                                           const object& options) {
    auto with_limit = options;
    with_limit["limit"] = 1;
    auto found = find(collection, filter, with_limit);
    if (found.empty()) return std::nullopt;
    return std::move(found.front());
}

std::vector<document> database::find(const char* collection, const document& filter,
                                     const object& options) {
    const document settings(options);
    std::vector<document> found;
    run(collection, [&](auto* on, bson_t*, bson_error_t* reason) {
        found.clear();
        const std::unique_ptr<mongoc_cursor_t, decltype(&mongoc_cursor_destroy)> cursor(
            mongoc_collection_find_with_opts(on, filter.get(), settings.get(), nullptr),
            &mongoc_cursor_destroy);
        const bson_t* next = nullptr;
        while (mongoc_cursor_next(cursor.get(), &next)) found.emplace_back(next);
        return !mongoc_cursor_error(cursor.get(), reason);
    });
    return found;
}

std::int64_t database::update(const char* collection, const document& filter,
                              const object& change) {
    const document update(change);
    std::int64_t matched = 0;
    run(collection, [&](auto* on, bson_t* reply, bson_error_t* reason) {
        const bool done =
            mongoc_collection_update_one(on, filter.get(), update.get(), nullptr, reply, reason);
        matched = number_in(reply, "matchedCount");
        return done;
    });
    return matched;
}

void database::update_all(const char* collection, const document& filter, const object& change) {
    const document update(change);
    run(collection, [&](auto* on, bson_t* reply, bson_error_t* reason) {
        return mongoc_collection_update_many(on, filter.get(), update.get(), nullptr, reply,
                                             reason);
    });
}

void database::upsert(const char* collection, const document& filter, const object& change) {
    const document update(change);
    const document options(object{{"upsert", true}});
    run(collection, [&](auto* on, bson_t* reply, bson_error_t* reason) {
        // Two that make it at once: the second finds it on its next try.
        for (int left = 2;; --left) {
            if (mongoc_collection_update_one(on, filter.get(), update.get(), options.get(), reply,
                                             reason))
                return true;
            if (left == 1 || !is_duplicate(*reason)) return false;
            bson_destroy(reply);
        }
    });
}

std::optional<document> database::change(const char* collection, const document& filter,
                                         const object& change) {
    const document update(change);
    const std::unique_ptr<mongoc_find_and_modify_opts_t,
                          decltype(&mongoc_find_and_modify_opts_destroy)>
        options(mongoc_find_and_modify_opts_new(), &mongoc_find_and_modify_opts_destroy);
    mongoc_find_and_modify_opts_set_update(options.get(), update.get());
    mongoc_find_and_modify_opts_set_flags(options.get(), MONGOC_FIND_AND_MODIFY_RETURN_NEW);
    std::optional<document> changed;
    run(collection, [&](auto* on, bson_t* reply, bson_error_t* reason) {
        const bool done = mongoc_collection_find_and_modify_with_opts(on, filter.get(),
                                                                      options.get(), reply, reason);
        bson_iter_t at;
        bson_t value;
        const std::uint8_t* bytes = nullptr;
        std::uint32_t size = 0;
        changed.reset();
        if (done && bson_iter_init_find(&at, reply, "value") && BSON_ITER_HOLDS_DOCUMENT(&at)) {
            bson_iter_document(&at, &size, &bytes);
            if (bson_init_static(&value, bytes, size)) changed.emplace(&value);
        }
        return done;
    });
    return changed;
}

std::int64_t database::remove(const char* collection, const document& filter) {
    std::int64_t removed = 0;
    run(collection, [&](auto* on, bson_t* reply, bson_error_t* reason) {
        const bool done = mongoc_collection_delete_many(on, filter.get(), nullptr, reply, reason);
        removed += number_in(reply, "deletedCount");
        return done;
    });
    return removed;
}

std::int64_t database::count(const char* collection) {
    std::int64_t counted = 0;
    run(collection, [&](auto* on, bson_t* reply, bson_error_t* reason) {
        counted = mongoc_collection_estimated_document_count(on, nullptr, nullptr, reply, reason);
        return counted >= 0;
    });
    return counted;
}

document database::command(const object& command,
                           const std::function<bool(const bson_error_t&)>& refused) {
    const document asked(command);
    document answer;
    run(characters_in, [&](auto* on, bson_t* reply, bson_error_t* reason) {
        if (!mongoc_collection_command_simple(on, asked.get(), nullptr, reply, reason))
            return refused && refused(*reason);
        answer = document(reply);
        return true;
    });
    return answer;
}

}  // namespace medusa::mongo
