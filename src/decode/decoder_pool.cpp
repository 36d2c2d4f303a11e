#include "decode/decoder_pool.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstring>

#include "core/files.hpp"

namespace medusa {

namespace fs = std::filesystem;

namespace {

// With a picture; the child has 10 s of processor time.
constexpr std::chrono::seconds patience{15};
constexpr std::size_t line_bytes_max = 512;
constexpr std::size_t thumbnail_bytes_max = std::size_t{4} << 20;

// How many bytes follow the line "webp BYTES"; 0 after any other.
std::size_t bytes_in(std::string_view line) {
    constexpr std::string_view word = "webp ";
    std::size_t bytes = 0;
    if (line.starts_with(word))
        std::from_chars(line.data() + word.size(), line.data() + line.size(), bytes);
    return bytes;
}

}  // namespace

class decoder_process {
public:
    explicit decoder_process(const fs::path& program) : ours_(-1) {
        std::array<int, 2> pair{};
        if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()))
            fail_file("make a socket for", program, errno);
        ours_ = pair[0];
        const descriptor theirs(pair[1]);
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, theirs.get(), STDIN_FILENO);
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
        auto path = program.string();
        std::array<char*, 2> arguments{path.data(), nullptr};
        std::string language = "LC_ALL=C";
        std::string arenas = "MALLOC_ARENA_MAX=2";
        std::array<char*, 3> environment{language.data(), arenas.data(), nullptr};
        const int reason = ::posix_spawn(&pid_, path.c_str(), &actions, nullptr, arguments.data(),
                                         environment.data());
        posix_spawn_file_actions_destroy(&actions);
        if (reason != 0) {
            ::close(ours_);
            fail_file("start", program, reason);
        }
    }
    ~decoder_process() {
        ::close(ours_);
        ::kill(pid_, SIGKILL);
        while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
        }
    }
    decoder_process(const decoder_process&) = delete;
    decoder_process& operator=(const decoder_process&) = delete;

    std::optional<decoder_pool::reply> ask(std::string_view file, std::uint64_t side_px) {
        const auto deadline = std::chrono::steady_clock::now() + patience;
        const std::array<std::uint64_t, 2> wish{file.size(), side_px};
        std::array<char, sizeof wish> header{};
        std::memcpy(header.data(), wish.data(), sizeof wish);
        if (!send({header.data(), header.size()}, deadline) || !send(file, deadline))
            return std::nullopt;
        std::string heard;
        auto line_end = heard.npos;
        while ((line_end = heard.find('\n')) == heard.npos)
            if (heard.size() >= line_bytes_max || !hear(heard, deadline)) return std::nullopt;
        decoder_pool::reply told{heard.substr(0, line_end), heard.substr(line_end + 1)};
        const auto announced = bytes_in(told.line);
        if (announced > thumbnail_bytes_max) return std::nullopt;
        while (told.bytes.size() < announced)
            if (!hear(told.bytes, deadline)) return std::nullopt;
        if (told.bytes.size() != announced) return std::nullopt;
        return told;
    }

private:
    using moment = std::chrono::steady_clock::time_point;

    bool ready(short event, moment deadline) const {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now());
        pollfd waited{ours_, event, 0};
        return ::poll(&waited, 1, int(std::max<std::int64_t>(0, left.count()))) > 0;
    }

    // Adds what has come; false when nothing will come any more.
    bool hear(std::string& into, moment deadline) const {
        std::array<char, 16'384> part{};
        for (;;) {
            if (!ready(POLLIN, deadline)) return false;
            const auto got = ::recv(ours_, part.data(), part.size(), MSG_DONTWAIT);
            if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
            if (got <= 0) return false;
            into.append(part.data(), std::size_t(got));
            return true;
        }
    }

    bool send(std::string_view bytes, moment deadline) const {
        while (!bytes.empty()) {
            if (!ready(POLLOUT, deadline)) return false;
            const auto sent =
                ::send(ours_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
            if (sent < 0 && (errno == EINTR || errno == EAGAIN)) continue;
            if (sent <= 0) return false;
            bytes.remove_prefix(std::size_t(sent));
        }
        return true;
    }

    int ours_;
    pid_t pid_ = -1;
};

decoder_pool::decoder_pool(fs::path program, int children)
    : program_(std::move(program)), free_(std::max(1, children)) {}

decoder_pool::~decoder_pool() = default;

std::optional<decoder_pool::reply> decoder_pool::ask(std::string_view file, std::uint64_t side_px) {
    auto child = take();
    std::optional<reply> told;
    try {
        if (!child) child = std::make_unique<decoder_process>(program_);
        told = child->ask(file, side_px);
    } catch (...) {
        put_back(nullptr);
        throw;
    }
    put_back(told ? std::move(child) : nullptr);
    return told;
}

// A free child, null where one has to be started; waits while all are at work.
std::unique_ptr<decoder_process> decoder_pool::take() {
    std::unique_lock lock(mutex_);
    returned_.wait(lock, [&] { return free_ > 0; });
    --free_;
    if (idle_.empty()) return nullptr;
    auto child = std::move(idle_.back());
    idle_.pop_back();
    return child;
}

void decoder_pool::put_back(std::unique_ptr<decoder_process> child) {
    {
        const std::lock_guard lock(mutex_);
        if (child) idle_.push_back(std::move(child));
        ++free_;
    }
    returned_.notify_one();
}

}  // namespace medusa
