#include "support/fake_server.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <stdexcept>
#include <system_error>

#include "net/http.hpp"

namespace medusa::testing_support {
namespace {

namespace json = boost::json;

// The first line that comes out of `pipe`.
std::string first_line(int pipe) {
    std::string line;
    char c = 0;
    while (::read(pipe, &c, 1) == 1 && c != '\n') line += c;
    return line;
}

}  // namespace

fake_server::fake_server(std::string_view program, const std::vector<std::string>& arguments) {
    std::array<int, 2> pipe{};
    if (::pipe2(pipe.data(), O_CLOEXEC))
        throw std::system_error(errno, std::generic_category(), "pipe");
    std::vector<std::string> words{"python3", fmt::format("{}/{}", MEDUSA_FAKES, program)};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> raw;
    for (auto& word : words) raw.push_back(word.data());
    raw.push_back(nullptr);
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, pipe[1], STDOUT_FILENO);
    const int reason = ::posix_spawnp(&pid_, raw[0], &actions, nullptr, raw.data(), environ);
    posix_spawn_file_actions_destroy(&actions);
    ::close(pipe[1]);
    const auto ready = reason == 0 ? first_line(pipe[0]) : std::string();
    ::close(pipe[0]);
    if (ready.empty()) throw std::runtime_error(fmt::format("{} did not start", program));
    const auto said = json::parse(ready);
    ports_ = json::value_to<std::vector<int>>(said.at("ports"));
    control_port_ = said.at("control").to_number<int>();
}

fake_server::~fake_server() {
    ::kill(pid_, SIGKILL);
    while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
}

std::string fake_server::url(std::size_t pod) const {
    return fmt::format("http://127.0.0.1:{}", ports_.at(pod));
}

std::string fake_server::control_url(std::string_view route, std::size_t pod) const {
    return fmt::format("http://127.0.0.1:{}/_fake/{}?pod={}", control_port_, route, pod);
}

boost::json::array fake_server::events(std::size_t pod) const {
    http_request request;
    request.url = control_url("log", pod);
    const auto reply = send_checked(*make_http_client(), request, {});
    const auto said = json::parse(reply.body);
    const auto& whole = said.as_object();
    const auto* pods = whole.if_contains("pods");
    return (pods ? pods->at(0) : said).at("events").as_array();
}

int fake_server::count(std::string_view event, std::size_t pod) const {
    int found = 0;
    for (const auto& one : events(pod)) found += one.at("event").as_string() == event;
    return found;
}

void fake_server::control(std::string_view route, const boost::json::value& body,
                          std::size_t pod) const {
    http_request request;
    request.method = "POST";
    request.url = control_url(route, pod);
    request.headers.push_back({"Content-Type", "application/json"});
    request.body = json::serialize(body);
    send_checked(*make_http_client(), request, {});
}

}  // namespace medusa::testing_support
