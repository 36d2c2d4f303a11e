#include "decode/picture_inspector.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstring>
#include <mutex>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "card/png.hpp"
#include "core/error.hpp"
#include "core/files.hpp"
#include "core/limits.hpp"

namespace medusa {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds patience{
    15};  // with a picture; the child has 10 s of processor time
constexpr std::size_t answer_bytes_max = 512;
// A picture whose colours spread less, on a scale to 255, shows nothing.
constexpr double blank_spread = 1.0;

[[noreturn]] void reject(const std::string& why) {
    throw error(errc::unavailable, "Image download failed: " + why,
                "Try again; if it stays so, look at the server's log");
}

// The cheap questions first, so that a bomb costs nothing: they need only the file's structure.
void check_structure(std::string_view bytes, int width, int height) {
    constexpr std::string_view signature = "\x89PNG\r\n\x1a\n";
    if (bytes.empty()) reject("the server sent an empty file");
    if (bytes.size() > limits::image_bytes)
        reject(fmt::format("the picture has more than {} MiB", limits::image_bytes >> 20));
    if (!bytes.starts_with(signature)) reject("what the server sent is no PNG picture");
    try {
        const auto said = read_png(bytes);
        if (said.width != width || said.height != height)
            reject(fmt::format("the picture has {}x{} pixels, asked for were {}x{}", said.width,
                               said.height, width, height));
        if (said.bit_depth > 8) reject("the picture has 16 bits a colour");
        if (said.animated) reject("the picture is animated");
    } catch (const error& damaged) {
        if (damaged.code() == errc::unavailable) throw;
        reject(damaged.detail());
    }
}

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

    // The child's line, empty when it died or took too long: it is of no more use then.
    std::optional<std::string> ask(std::string_view file) {
        const auto deadline = std::chrono::steady_clock::now() + patience;
        const std::uint64_t size = file.size();
        std::array<char, sizeof size> header{};
        std::memcpy(header.data(), &size, sizeof size);
        if (!send({header.data(), header.size()}, deadline) || !send(file, deadline))
            return std::nullopt;
        std::string line;
        while (line.size() < answer_bytes_max) {
            std::array<char, answer_bytes_max> part{};
            if (!ready(POLLIN, deadline)) return std::nullopt;
            const auto got = ::recv(ours_, part.data(), part.size(), MSG_DONTWAIT);
            if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
            if (got <= 0) return std::nullopt;
            line.append(part.data(), std::size_t(got));
            if (line.back() == '\n') return line.substr(0, line.size() - 1);
        }
        return std::nullopt;
    }

private:
    using moment = std::chrono::steady_clock::time_point;

    bool ready(short event, moment deadline) const {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now());
        pollfd waited{ours_, event, 0};
        return ::poll(&waited, 1, int(std::max<std::int64_t>(0, left.count()))) > 0;
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

class child_inspector final : public picture_inspector {
public:
    child_inspector(fs::path program, int children)
        : program_(std::move(program)), free_(std::max(1, children)) {}

    picture_facts inspect(std::string_view bytes, int width, int height) override {
        check_structure(bytes, width, height);
        auto child = take();
        std::optional<std::string> line;
        try {
            if (!child) child = std::make_unique<decoder_process>(program_);
            line = child->ask(bytes);
        } catch (...) {
            put_back(nullptr);
            throw;
        }
        put_back(line ? std::move(child) : nullptr);
        if (!line) reject("the picture could not be decoded within the limits");
        return understood(*line);
    }

private:
    static picture_facts understood(const std::string& line) {
        std::istringstream words(line);
        std::string verdict;
        words >> verdict;
        picture_facts facts;
        if (verdict == "ok" &&
            words >> facts.width >> facts.height >> facts.spread >> facts.brightest) {
            if (facts.spread < blank_spread) reject("the picture is blank");
            return facts;
        }
        reject("the picture is damaged (" + line.substr(std::min<std::size_t>(4, line.size())) +
               ")");
    }

    // A free child, null where one has to be started; waits while all are at work.
    std::unique_ptr<decoder_process> take() {
        std::unique_lock lock(mutex_);
        returned_.wait(lock, [&] { return free_ > 0; });
        --free_;
        if (idle_.empty()) return nullptr;
        auto child = std::move(idle_.back());
        idle_.pop_back();
        return child;
    }

    void put_back(std::unique_ptr<decoder_process> child) {
        {
            const std::lock_guard lock(mutex_);
            if (child) idle_.push_back(std::move(child));
            ++free_;
        }
        returned_.notify_one();
    }

    fs::path program_;
    std::mutex mutex_;
    std::condition_variable returned_;
    int free_;
    std::vector<std::unique_ptr<decoder_process>> idle_;
};

}  // namespace

std::unique_ptr<picture_inspector> make_picture_inspector(fs::path decoder, int children) {
    return std::make_unique<child_inspector>(std::move(decoder), children);
}

}  // namespace medusa
