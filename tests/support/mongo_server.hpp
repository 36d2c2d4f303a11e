// A server that speaks MongoDB's protocol (tests/support/mongo_wire), started for a test with a
// folder of its own, killed and started again at will, and ended with it. One thread.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "support/child.hpp"

namespace medusa::testing_support {

class mongo_server {
public:
    struct faults {
        // It carries out every so many-th command and cuts the connection in place of an answer.
        int lose = 0;
        // It answers every write with the error of this code.
        int refuse = 0;
    };

    // Returns once it listens; throws std::runtime_error when it does not.
    mongo_server() : mongo_server(faults{}) {}
    explicit mongo_server(const faults& planned);
    // With its data in a folder that is there.
    explicit mongo_server(const std::filesystem::path& data);

    // The address of a database on it.
    std::string uri(const std::string& database) const;

    void kill();
    // On the data and the port that it had; it has got over its faults.
    void start_again();
    // As when the primary changes.
    void cut_connections();
    // It keeps its connections, and answers nothing.
    void pause();
    void go_on();

private:
    void start(const std::string& port, const faults& planned);

    scratch_folder folder_;
    std::filesystem::path data_ = folder_.path() / "data";
    std::string port_;
    std::optional<child> process_;
};

// The address of a database that belongs to `folder`, on one server for all tests of this process:
// its own, or the one that MEDUSA_TEST_MONGODB_URI names (an address without a database). What was
// used there is dropped at the end.
std::string mongo_uri_for(const std::filesystem::path& folder);

// Runs a command of the shell on a database, for what no port does; gives the answer as JSON text.
// Throws std::runtime_error with the server's reason when it fails.
std::string run_on_mongo(const std::string& uri, const std::string& command_json);

}  // namespace medusa::testing_support
