#include "support/mongo_server.hpp"

#include <mongoc/mongoc.h>
#include <signal.h>

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <set>
#include <stdexcept>
#include <thread>

#include "core/hash.hpp"

namespace medusa::testing_support {
namespace {

constexpr std::chrono::seconds start_max{60};

// The line that the server prints once it listens, if it is there in full.
std::optional<std::string> first_line(const std::filesystem::path& file) {
    std::ifstream text(file);
    std::string line;
    if (!std::getline(text, line) || text.eof()) return std::nullopt;
    return line;
}

class common_server {
public:
    common_server() {
        if (const char* uri = std::getenv("MEDUSA_TEST_MONGODB_URI"))
            outside_ = uri;
        else
            own_.emplace();
    }
    ~common_server() {
        for (const auto& uri : used_outside_) {
            try {
                run_on_mongo(uri, R"({"dropDatabase": 1})");
            } catch (const std::exception&) {
                continue;  // a database more on a test server harms nobody
            }
        }
    }
    common_server(const common_server&) = delete;
    common_server& operator=(const common_server&) = delete;

    std::string uri(const std::string& name) {
        if (own_) return own_->uri(name);
        // The options, if any, come after the name.
        const auto options = std::min(outside_.find('?'), outside_.size());
        auto place = outside_.substr(0, options);
        if (!place.ends_with('/')) place += '/';
        return *used_outside_.insert(place + name + outside_.substr(options)).first;
    }

private:
    std::optional<mongo_server> own_;
    std::string outside_;
    std::set<std::string> used_outside_;
};

}  // namespace

std::string mongo_uri_for(const std::filesystem::path& folder) {
    static common_server server;
    return server.uri("medusa_test_" + sha256_hex(folder.string()).substr(0, 16));
}

mongo_server::mongo_server(const faults& planned) {
    std::filesystem::create_directory(data_);
    start("0", planned);
}

mongo_server::mongo_server(const std::filesystem::path& data) : data_(data) {
    start("0", {});
}

std::string mongo_server::uri(const std::string& database) const {
    return "mongodb://127.0.0.1:" + port_ + "/" + database;
}

void mongo_server::kill() {
    process_.reset();
}

void mongo_server::start_again() {
    start(port_, {});
}

void mongo_server::cut_connections() {
    process_->send(SIGUSR1);
}

void mongo_server::pause() {
    process_->pause();
}

void mongo_server::go_on() {
    process_->send(SIGCONT);
}

void mongo_server::start(const std::string& port, const faults& planned) {
    if (!std::filesystem::exists(MEDUSA_MONGO_WIRE))
        throw std::runtime_error("the server for these tests is not built: run scripts/mongo_wire");
    const auto said = folder_.path() / "said";
    process_.emplace(std::vector<std::string>{MEDUSA_MONGO_WIRE, "-port", port, "-lose",
                                              std::to_string(planned.lose), "-refuse",
                                              std::to_string(planned.refuse), data_},
                     said);
    const auto deadline = std::chrono::steady_clock::now() + start_max;
    for (;;) {
        if (const auto line = first_line(said)) {
            const auto uri = boost::json::parse(*line).at("uri").as_string();
            port_ = std::string(uri.subview(uri.rfind(':') + 1));
            return;
        }
        if (std::chrono::steady_clock::now() > deadline)
            throw std::runtime_error("the MongoDB-wire server did not start");
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
}

std::string run_on_mongo(const std::string& uri, const std::string& command_json) {
    mongoc_init();
    bson_error_t reason{};
    const std::unique_ptr<mongoc_client_t, decltype(&mongoc_client_destroy)> client(
        mongoc_client_new(uri.c_str()), &mongoc_client_destroy);
    const std::unique_ptr<bson_t, decltype(&bson_destroy)> command(
        bson_new_from_json(reinterpret_cast<const std::uint8_t*>(command_json.data()),
                           ssize_t(command_json.size()), &reason),
        &bson_destroy);
    const std::unique_ptr<mongoc_uri_t, decltype(&mongoc_uri_destroy)> address(
        mongoc_uri_new(uri.c_str()), &mongoc_uri_destroy);
    if (!client || !command || !address) throw std::runtime_error(reason.message);
    bson_t reply;
    const bool done =
        mongoc_client_command_simple(client.get(), mongoc_uri_get_database(address.get()),
                                     command.get(), nullptr, &reply, &reason);
    char* text = bson_as_relaxed_extended_json(&reply, nullptr);
    const std::string answer(text);
    bson_free(text);
    bson_destroy(&reply);
    if (!done) throw std::runtime_error(reason.message);
    return answer;
}

}  // namespace medusa::testing_support
