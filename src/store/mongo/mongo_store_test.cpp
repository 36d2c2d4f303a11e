#include "store/mongo/mongo_store.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <set>

#include "contract/store_contract.hpp"
#include "core/hash.hpp"
#include "support/mongo_server.hpp"

namespace medusa {
namespace {

namespace fs = std::filesystem;

// One server for all tests of the process; MEDUSA_TEST_MONGODB_URI (an address without a database)
// names another one, for example a replica set.
class shared_server : public testing::Environment {
public:
    static std::string uri(const fs::path& folder) {
        const auto name = "medusa_test_" + sha256_hex(folder.string()).substr(0, 16);
        const auto uri = own_ ? own_->uri(name) : outside() + "/" + name;
        used_.insert(uri);
        return uri;
    }

    void SetUp() override {
        if (outside().empty()) own_.emplace();
    }
    void TearDown() override {
        if (!own_)
            for (const auto& uri : used_)
                testing_support::run_on_mongo(uri, R"({"dropDatabase": 1})");
        own_.reset();
    }

private:
    static std::string outside() {
        const char* uri = std::getenv("MEDUSA_TEST_MONGODB_URI");
        return uri ? uri : "";
    }

    inline static std::optional<testing_support::mongo_server> own_;
    inline static std::set<std::string> used_;
};

[[maybe_unused]] const auto* const server = testing::AddGlobalTestEnvironment(new shared_server);

stores open_for(const fs::path& folder) {
    return make_mongo_store({.uri = shared_server::uri(folder)});
}

INSTANTIATE_TEST_SUITE_P(mongo, store_contract,
                         testing::Values(store_under_test{"mongo", open_for, shared_server::uri}));

}  // namespace
}  // namespace medusa
