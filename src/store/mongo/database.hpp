// One MongoDB database as this process uses it: a pool of connections, and the few operations that
// the adapter is made of, each of them tried again while servers come and go.
//
// Shared by the ports of the adapter; any thread. Every write goes to one document and may be sent
// twice. Errors: see mongo_store.hpp.
#pragma once

#include <mongoc/mongoc.h>

#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "store/mongo/bson.hpp"
#include "store/mongo/mongo_store.hpp"

namespace medusa::mongo {

// The collections: those of the record, which other programs may use as well, and our own.
inline constexpr auto characters_in = "characters";
inline constexpr auto images_in = "images";
inline constexpr auto claims_in = "medusa_claims";
inline constexpr auto folders_in = "medusa_folders";
inline constexpr auto attempts_in = "medusa_attempts";
inline constexpr auto counters_in = "medusa_counters";
inline constexpr auto removals_in = "medusa_removals";
inline constexpr auto submissions_in = "medusa_submissions";
inline constexpr auto jobs_in = "medusa_jobs";
inline constexpr auto turns_in = "medusa_turns";
inline constexpr auto tokens_in = "medusa_tokens";
inline constexpr auto webhooks_in = "medusa_webhooks";
inline constexpr auto deliveries_in = "medusa_deliveries";

using boost::json::object;

class database {
public:
    // Connects to nothing yet.
    explicit database(const mongo_settings& settings);
    // Connects and signs in, in one try: who starts the program wants to know soon.
    void expect_server();

    // False, and nothing is changed, when a document with its _id or another value that must be
    // unique is there already. A document that is there already and equal was stored by an earlier
    // try whose answer was lost: true.
    bool insert(const char* collection, const document& made);
    // Many at once, in no order; those whose _id is there already are passed over.
    void insert_missing(const char* collection, const std::vector<document>& made);
    std::optional<document> find_one(const char* collection, const document& filter,
                                     const object& options = {});
    // Options as of the command `find`: sort, limit, projection.
    std::vector<document> find(const char* collection, const document& filter,
                               const object& options = {});
    // The number of documents that the filter found: 0 or 1.
    std::int64_t update(const char* collection, const document& filter, const object& change);
    // Every document that the filter finds, one after the other: others see some of them changed
    // before the rest.
    void update_all(const char* collection, const document& filter, const object& change);
    // Makes the document when the filter finds none.
    void upsert(const char* collection, const document& filter, const object& change);
    // Changes one document and returns it as it is then; empty when the filter finds none.
    std::optional<document> change(const char* collection, const document& filter,
                                   const object& change);
    // All that the filter finds; returns how many.
    std::int64_t remove(const char* collection, const document& filter);
    // From the collection's statistics.
    std::int64_t count(const char* collection);
    // The answer to a command; `refused` decides whether a refusal is one (true: it is passed over,
    // and an empty answer returned).
    document command(const object& command,
                     const std::function<bool(const bson_error_t&)>& refused = {});

    const std::string& name() const { return name_; }
    const std::string& hosts() const { return hosts_; }
    void notice(std::string_view text) const { settings_.notice(text); }

private:
    // A client of the pool for a scope.
    class loan;
    // Runs `work` with the collection of a lent client and a place for the reason of its failure;
    // it returns whether it succeeded.
    using step = std::function<bool(mongoc_collection_t*, bson_t* reply, bson_error_t* reason)>;
    void run(const char* collection, const step& work);
    void run_once(const char* collection, const step& work);
    [[noreturn]] void fail(const bson_error_t& reason, const bson_t* reply) const;

    using pool = std::unique_ptr<mongoc_client_pool_t, decltype(&mongoc_client_pool_destroy)>;

    mongo_settings settings_;
    std::string name_;
    std::string hosts_;
    bool tls_ = false;
    pool pool_{nullptr, &mongoc_client_pool_destroy};
    retry_budget budget_{system_timer()};
};

}  // namespace medusa::mongo
