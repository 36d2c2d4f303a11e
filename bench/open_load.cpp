// Requests at a constant rate over kept connections, whatever the answers do: an open loop. A
// request's time counts from the moment when it was due, so that a server that stalls is charged
// for all that it kept waiting (no coordinated omission). Prints one JSON object; milliseconds.
//
//   open_load PORT RATE SECONDS CONNECTIONS METHOD PATH [NAME:VALUE ...] [@BODY]
//
// In PATH, BODY and values, {n} stands for the number of the request.
#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace {

using steady = std::chrono::steady_clock;
using milliseconds = std::chrono::duration<double, std::milli>;

struct order {
    int port = 0;
    double rate = 0;
    double seconds = 0;
    int connections = 0;
    std::string text;  // of a request, with {n}
};

struct connection {
    int socket = -1;
    bool busy = false;
    steady::time_point due;
    std::string heard;
};

std::string numbered(std::string text, long number) {
    const auto digits = std::to_string(number);
    for (std::size_t at = 0; (at = text.find("{n}", at)) != std::string::npos;)
        text.replace(at, 3, digits);
    return text;
}

// The size of the answer at the front of `text`, 0 while it is not whole.
std::size_t answer_size(const std::string& text) {
    const auto end = text.find("\r\n\r\n");
    if (end == std::string::npos) return 0;
    std::size_t body = 0;
    constexpr std::string_view name = "\r\nContent-Length: ";
    const auto field = text.find(name);
    if (field < end) body = std::strtoul(text.c_str() + field + name.size(), nullptr, 10);
    const auto size = end + 4 + body;
    return text.size() >= size ? size : 0;
}

class load {
public:
    explicit load(const order& wanted) : wanted_(wanted), poll_(::epoll_create1(0)) {
        all_.resize(std::size_t(wanted.connections));
        for (auto& one : all_) open(one);
    }

    void run() {
        const auto begin = steady::now();
        const auto pause = std::chrono::duration_cast<steady::duration>(
            std::chrono::duration<double>(1 / wanted_.rate));
        const auto total = long(wanted_.rate * wanted_.seconds);
        const auto give_up = begin + std::chrono::duration_cast<steady::duration>(
                                         std::chrono::duration<double>(wanted_.seconds + 30));
        auto due = begin;
        while (answered_ + lost_ < total && steady::now() < give_up) {
            for (; begun_ < total && due <= steady::now(); due += pause, ++begun_)
                waiting_.push_back(due);
            while (!waiting_.empty() && send_one()) {
            }
            const milliseconds left = due - steady::now();
            const bool more = begun_ < total;
            receive(more ? std::clamp(int(left.count()), 0, 10) : 10);
        }
        const std::chrono::duration<double> took = steady::now() - begin;
        tell(took.count(), total);
    }

private:
    void open(connection& one) {
        if (one.socket >= 0) ::close(one.socket);
        one = {};
        one.socket = ::socket(AF_INET, SOCK_STREAM, 0);
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(std::uint16_t(wanted_.port));
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (::connect(one.socket, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0)
            throw std::runtime_error("nobody listens");
        const int yes = 1;
        ::setsockopt(one.socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
        ::fcntl(one.socket, F_SETFL, O_NONBLOCK);
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.ptr = &one;
        ::epoll_ctl(poll_, EPOLL_CTL_ADD, one.socket, &event);
        free_.push_back(&one);
    }

    bool send_one() {
        if (free_.empty()) return false;
        auto& one = *free_.back();
        free_.pop_back();
        const auto text = numbered(wanted_.text, sent_++);
        one.busy = true;
        one.due = waiting_.front();
        waiting_.pop_front();
        if (::send(one.socket, text.data(), text.size(), MSG_NOSIGNAL) != ssize_t(text.size()))
            lose(one);
        return true;
    }

    void lose(connection& one) {
        if (one.busy) ++lost_;
        free_.erase(std::remove(free_.begin(), free_.end(), &one), free_.end());
        open(one);
    }

    void receive(int most_ms) {
        epoll_event events[256];
        const int count = ::epoll_wait(poll_, events, 256, most_ms);
        for (int i = 0; i < count; ++i) {
            auto& one = *static_cast<connection*>(events[i].data.ptr);
            char bytes[65'536];
            const auto size = ::recv(one.socket, bytes, sizeof bytes, 0);
            if (size <= 0) {
                if (size == 0 || errno != EAGAIN) lose(one);
                continue;
            }
            one.heard.append(bytes, std::size_t(size));
            const auto whole = answer_size(one.heard);
            if (whole == 0) continue;
            ++statuses_[one.heard.substr(9, 3)];
            times_ms_.push_back(milliseconds(steady::now() - one.due).count());
            one.heard.erase(0, whole);
            one.busy = false;
            ++answered_;
            free_.push_back(&one);
        }
    }

    double at_share(double share) const {
        if (times_ms_.empty()) return 0;
        return times_ms_[std::min(times_ms_.size() - 1,
                                  std::size_t(share * double(times_ms_.size())))];
    }

    void tell(double took, long total) {
        std::sort(times_ms_.begin(), times_ms_.end());
        std::string statuses;
        for (const auto& [status, count] : statuses_)
            statuses += fmt::format("{}\"{}\": {}", statuses.empty() ? "" : ", ", status, count);
        fmt::print(R"({{"sent": {}, "per_s": {:.0f}, "p50": {:.3f}, "p99": {:.3f}, "max": {:.3f}, )"
                   R"("lost": {}, "statuses": {{{}}}}})"
                   "\n",
                   total, double(answered_) / took, at_share(0.5), at_share(0.99), at_share(1),
                   total - answered_, statuses);
    }

    const order wanted_;
    const int poll_;
    std::vector<connection> all_;
    std::vector<connection*> free_;
    std::deque<steady::time_point> waiting_;  // due, and no connection was free
    std::vector<double> times_ms_;
    std::map<std::string, long> statuses_;
    long begun_ = 0;
    long sent_ = 0;
    long answered_ = 0;
    long lost_ = 0;
};

order parsed(int count, char** words) {
    if (count < 7) throw std::runtime_error("see the comment at the top of open_load.cpp");
    order wanted{
        std::atoi(words[1]), std::atof(words[2]), std::atof(words[3]), std::atoi(words[4]), {}};
    std::string body;
    auto head =
        fmt::format("{} {} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n", words[5], words[6], wanted.port);
    for (int i = 7; i < count; ++i) {
        if (words[i][0] == '@')
            body = words[i] + 1;
        else
            head += fmt::format("{}\r\n", words[i]);
    }
    if (!body.empty())
        // Numbers of other lengths than {n}'s would not fit: bodies carry none.
        head +=
            fmt::format("Content-Type: application/json\r\nContent-Length: {}\r\n", body.size());
    wanted.text = head + "\r\n" + body;
    return wanted;
}

}  // namespace

int main(int count, char** words) {
    try {
        load(parsed(count, words)).run();
    } catch (const std::exception& reason) {
        fmt::print(stderr, "open_load: {}\n", reason.what());
        return 1;
    }
}
