// One of the programs of tests/support/fakes, started for a test on free ports and ended with it.
// One thread.
#pragma once

#include <sys/types.h>

#include <boost/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace medusa::testing_support {

class fake_server {
public:
    // `program` is a file of tests/support/fakes, for example "fake_comfyui.py". Returns once it
    // listens; throws std::runtime_error when it does not.
    fake_server(std::string_view program, const std::vector<std::string>& arguments = {});
    ~fake_server();
    fake_server(const fake_server&) = delete;
    fake_server& operator=(const fake_server&) = delete;

    // "http://127.0.0.1:PORT" of its pods, counted from 0.
    std::string url(std::size_t pod = 0) const;
    int port(std::size_t pod = 0) const { return ports_.at(pod); }

    // What happened at a pod since it started (README.md of the fakes).
    boost::json::array events(std::size_t pod = 0) const;
    // How many events of that name.
    int count(std::string_view event, std::size_t pod = 0) const;
    // POST /_fake/ROUTE at the control port, for one pod: "faults", "restart", "die", "speed".
    void control(std::string_view route, const boost::json::value& body, std::size_t pod = 0) const;

private:
    std::string control_url(std::string_view route, std::size_t pod) const;

    pid_t pid_ = -1;
    std::vector<int> ports_;
    int control_port_ = 0;
};

}  // namespace medusa::testing_support
