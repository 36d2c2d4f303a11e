#include "cli/terminal.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>

namespace medusa {
namespace {

bool is_set(const char* name) {
    const char* value = std::getenv(name);
    return value && *value;
}

bool is_dumb() {
    const char* term = std::getenv("TERM");
    return term && std::string_view(term) == "dumb";
}

// True when it was closed. The lowest free number is the one that open() gives.
bool filled_with_nothing(int stream) {
    if (::fcntl(stream, F_GETFD) != -1 || errno != EBADF) return false;
    return ::open("/dev/null", stream == STDIN_FILENO ? O_RDONLY : O_WRONLY) == stream;
}

}  // namespace

terminal::terminal()
    : animated_(::isatty(STDERR_FILENO) && !is_dumb()),
      color_(!is_set("NO_COLOR") && !is_dumb() &&
             (is_set("FORCE_COLOR") || ::isatty(STDERR_FILENO))) {
    filled_with_nothing(STDIN_FILENO);
    if (filled_with_nothing(STDOUT_FILENO)) lost_results_ = EBADF;
    filled_with_nothing(STDERR_FILENO);
}

int terminal::columns() const {
    winsize size{};
    if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
    return 80;
}

void terminal::result(std::string_view text) {
    const std::lock_guard lock(mutex_);
    errno = 0;
    if (!write_above(stdout, text) && lost_results_ == 0 && errno != EPIPE) lost_results_ = errno;
}

int terminal::lost_results() {
    const std::lock_guard lock(mutex_);
    return lost_results_;
}

void terminal::message(std::string_view text) {
    log({.msg = std::string(text)});
}

void terminal::warning(std::string_view text) {
    log({.level = log_level::warning, .msg = std::string(text)});
}

void terminal::failure(std::string_view text) {
    log({.level = log_level::error, .msg = std::string(text)});
}

void terminal::write_log(log_writer as) {
    const std::lock_guard lock(mutex_);
    log_ = std::move(as);
}

void terminal::log(const log_entry& entry) {
    const std::lock_guard lock(mutex_);
    auto line = log_ ? log_->line(entry, system_clock().now()) : entry.msg;
    if (!log_ || log_->form() == log_format::text) line.insert(0, prefix(entry.level));
    write_above(stderr, line);
}

std::string terminal::prefix(log_level level) const {
    switch (level) {
        case log_level::debug:
            return "debug: ";
        case log_level::info:
            return {};
        case log_level::warning:
            return painted("warning: ", "\x1b[33m");
        case log_level::error:
            break;
    }
    return painted("medusa: ", "\x1b[31m");
}

std::optional<std::string> terminal::ask(std::string_view question, const std::stop_token& stop) {
    if (!::isatty(STDIN_FILENO) || !::isatty(STDERR_FILENO)) return std::nullopt;
    {
        const std::lock_guard lock(mutex_);
        std::fwrite(question.data(), 1, question.size(), stderr);
        std::fflush(stderr);
    }
    constexpr int look_up_ms = 100;
    while (!stop.stop_requested()) {
        pollfd typed{STDIN_FILENO, POLLIN, 0};
        if (::poll(&typed, 1, look_up_ms) <= 0) continue;
        // A terminal gives a whole line at once.
        char line[256];
        const auto size = ::read(STDIN_FILENO, line, sizeof line);
        return std::string(line, size > 0 ? std::size_t(size) : 0);
    }
    return std::nullopt;
}

void terminal::set_animation(const std::string& lines) {
    if (!animated_) return;
    const std::lock_guard lock(mutex_);
    const auto height = std::count(animation_.begin(), animation_.end(), '\n');
    std::string frame;
    if (height > 0) frame = "\x1b[" + std::to_string(height) + "A\x1b[J";
    frame += lines;
    std::fwrite(frame.data(), 1, frame.size(), stderr);
    std::fflush(stderr);
    animation_ = lines;
}

bool terminal::write_above(std::FILE* stream, std::string_view text) {
    const auto height = std::count(animation_.begin(), animation_.end(), '\n');
    if (height > 0) std::fprintf(stderr, "\x1b[%ldA\x1b[J", static_cast<long>(height));
    std::fflush(stderr);
    const bool whole = std::fwrite(text.data(), 1, text.size(), stream) == text.size() &&
                       std::fputc('\n', stream) != EOF && std::fflush(stream) == 0;
    const int reason = errno;
    if (height > 0) std::fwrite(animation_.data(), 1, animation_.size(), stderr);
    errno = reason;
    return whole;
}

std::string terminal::painted(std::string_view text, const char* color) const {
    return color_ ? color + std::string(text) + "\x1b[0m" : std::string(text);
}

}  // namespace medusa
