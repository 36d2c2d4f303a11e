// A NATS server with the configuration that we ship (deploy/nats.conf), started for a test with a
// folder of its own, killed and started again at will, and ended with it. One thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "support/child.hpp"

namespace medusa::testing_support {

class nats_server {
public:
    // Returns once it listens; throws std::runtime_error when it does not. `more`: options of the
    // server's command line.
    explicit nats_server(std::vector<std::string> more = {});

    std::string url() const { return "nats://127.0.0.1:" + port_; }

    void kill();
    // On the port that it had; with its data, or with none, as after a lost disk.
    void start_again();
    void start_empty();

private:
    void start(const std::string& port);

    const std::vector<std::string> more_;
    scratch_folder folder_;
    std::string port_;
    std::optional<child> process_;
};

}  // namespace medusa::testing_support
