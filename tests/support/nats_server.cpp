#include "support/nats_server.hpp"

#include <boost/json.hpp>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <thread>
#include <utility>

namespace medusa::testing_support {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds start_max{15};

// The server writes its address into a file of this folder once it listens.
std::optional<std::string> port_told_in(const fs::path& folder) {
    for (const auto& entry : fs::directory_iterator(folder)) {
        std::ifstream file(entry.path());
        const std::string text(std::istreambuf_iterator<char>(file), {});
        boost::json::error_code unfinished;
        const auto told = boost::json::parse(text, unfinished);
        if (unfinished) continue;
        const auto url = told.at("nats").at(0).as_string();
        return std::string(url.subview(url.rfind(':') + 1));
    }
    return std::nullopt;
}

}  // namespace

nats_server::nats_server(std::vector<std::string> more) : more_(std::move(more)) {
    start("-1");
}

void nats_server::kill() {
    process_.reset();
}

void nats_server::start_again() {
    start(port_);
}

void nats_server::start_empty() {
    fs::remove_all(folder_.path() / "data");
    start(port_);
}

void nats_server::start(const std::string& port) {
    if (!fs::exists(MEDUSA_NATS_SERVER))
        throw std::runtime_error("the NATS server is missing: run scripts/test once");
    const auto told = folder_.path() / "told";
    fs::remove_all(told);
    fs::create_directory(told);
    std::vector<std::string> command{MEDUSA_NATS_SERVER,
                                     "-c",
                                     MEDUSA_NATS_CONF,
                                     "-a",
                                     "127.0.0.1",
                                     "-p",
                                     port,
                                     "-sd",
                                     folder_.path() / "data",
                                     "-l",
                                     folder_.path() / "log",
                                     "--ports_file_dir",
                                     told};
    command.insert(command.end(), more_.begin(), more_.end());
    process_.emplace(command, folder_.path() / "said");
    const auto deadline = std::chrono::steady_clock::now() + start_max;
    while (std::chrono::steady_clock::now() < deadline) {
        if (const auto found = port_told_in(told)) {
            port_ = *found;
            return;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    throw std::runtime_error("the NATS server did not start");
}

}  // namespace medusa::testing_support
