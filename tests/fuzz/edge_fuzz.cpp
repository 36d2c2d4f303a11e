// Bytes on a connection: the head and the body of requests as the edge reads them, over a real
// socket. Whatever comes, it answers in HTTP/1.1 or ends the connection.
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
#include <string>
#include <thread>

#include "core/files.hpp"
#include "fuzz.hpp"
#include "http/edge.hpp"
#include "job/queue.hpp"
#include "support/memory_jobs.hpp"

namespace medusa::fuzzing {
namespace {

constexpr std::size_t body_most = 1'000;

class served {
public:
    served() {
        http::edge_calls calls;
        calls.handle = [](const http::request& asked) -> http::answer {
            expect(asked.body.size() <= body_most);
            for (const auto& part : asked.at.path) expect(part != "." && part != "..");
            for (const auto& [name, value] : asked.headers)
                expect(value.find_first_of("\r\n") == value.npos);
            return http::response{200, "text/plain", asked.method + " " + asked.body};
        };
        calls.body_bytes_max = [](std::string_view, std::string_view) { return body_most; };
        calls.refuse = [](int status, const std::string& detail, const std::string&) {
            return http::response{status, "text/plain", detail};
        };
        calls.events = [](const job&, std::int64_t after) { return std::pair("", after); };
        http::edge_limits limits;
        limits.header_bytes_max = 2'000;
        edge_ = http::make_edge({.port = 0}, 1, limits, std::move(calls), watch_);
        serving_ = std::thread([this] { edge_->run({}); });
        serving_.detach();
    }

    std::string asked(std::string_view bytes) {
        const auto line = connected();
        while (!bytes.empty()) {
            const auto sent = ::send(line.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) break;
            bytes.remove_prefix(std::size_t(sent));
        }
        ::shutdown(line.get(), SHUT_WR);
        std::string heard;
        char part[4'096];
        for (ssize_t got; (got = ::recv(line.get(), part, sizeof part, 0)) > 0;)
            heard.append(part, std::size_t(got));
        return heard;
    }

private:
    // From another address of this machine each time: a closed connection keeps its port a while.
    descriptor connected() {
        descriptor line(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
        sockaddr_in from{};
        from.sin_family = AF_INET;
        from.sin_addr.s_addr = htonl(0x7f000100u + count_++ % 60'000);
        ::bind(line.get(), reinterpret_cast<const sockaddr*>(&from), sizeof from);
        sockaddr_in to = from;
        to.sin_port = htons(edge_->port());
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        expect(::connect(line.get(), reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0);
        return line;
    }

    testing_support::memory_jobs jobs_;
    job_queue queue_{{jobs_, jobs_, system_clock(), random_ids(), [] { return 0.5; }}};
    http::job_watch watch_{queue_};
    std::unique_ptr<http::edge> edge_;
    std::thread serving_;
    std::uint32_t count_ = 0;
};

// Takes one answer from the front.
void expect_answer(std::string_view& heard) {
    constexpr std::string_view start = "HTTP/1.1 ";
    expect(heard.starts_with(start));
    int status = 0;
    std::from_chars(heard.data() + start.size(), heard.data() + start.size() + 3, status);
    expect(status == 100 || status == 200 || (status >= 400 && status < 500));
    const auto end = heard.find("\r\n\r\n");
    expect(end != heard.npos);
    const auto head = heard.substr(0, end);
    heard.remove_prefix(end + 4);
    constexpr std::string_view field = "\r\nContent-Length: ";
    const auto at = head.find(field);
    if (at == head.npos) return;
    std::size_t size = 0;
    std::from_chars(head.data() + at + field.size(), head.data() + head.size(), size);
    // The answer to HEAD has no body: then the rest, if any, begins with the next answer.
    if (heard.empty() || heard.starts_with(start)) return;
    expect(heard.size() >= size);
    heard.remove_prefix(size);
}

}  // namespace
}  // namespace medusa::fuzzing

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace medusa::fuzzing;
    // Runs until the process ends.
    static auto& service = *new served;
    const auto heard = service.asked(text_of(data, size));
    for (std::string_view rest = heard; !rest.empty();) expect_answer(rest);
    return 0;
}
