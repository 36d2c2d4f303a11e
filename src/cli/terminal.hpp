// Where the command line writes: results to stdout, progress and messages to stderr.
// Used from any thread; a line is never torn by another one. Throws nothing: a result that could
// not be written is remembered and asked for at the end.
#pragma once

#include <cstdio>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "cli/log_format.hpp"

namespace medusa {

class terminal {
public:
    // Looks at the streams, NO_COLOR, FORCE_COLOR and TERM once. A standard stream that is closed
    // is opened on /dev/null, so that no file of ours ever takes its place.
    terminal();

    // Results: data for people or programs, followed by a new line.
    void result(std::string_view text);
    // Messages for people, on stderr.
    void message(std::string_view text);
    void warning(std::string_view text);
    void failure(std::string_view text);

    // From now on stderr is the log of a service: what is said there comes as its lines.
    void write_log(log_writer as);
    // One entry of it; until write_log(), a message.
    void log(const log_entry& entry);

    // Why results were lost, an errno value; 0 when none was. A reader that went away ("| head")
    // has what it wanted: that is no loss.
    int lost_results();

    // Asks on stderr and returns the line that is typed; none when there is no terminal to type on,
    // or when a stop comes first.
    std::optional<std::string> ask(std::string_view question, const std::stop_token& stop);

    bool animated() const { return animated_; }
    int columns() const;

    // Replaces the animated lines at the bottom of stderr; empty text removes them. Messages that
    // come meanwhile are written above. Nothing happens where nothing may move.
    void set_animation(const std::string& lines);

private:
    // False, with errno, when it was not written whole.
    bool write_above(std::FILE* stream, std::string_view text);
    std::string prefix(log_level level) const;
    std::string painted(std::string_view text, const char* color) const;

    std::mutex mutex_;
    bool animated_;
    bool color_;
    std::string animation_;
    int lost_results_ = 0;
    std::optional<log_writer> log_;  // guarded by mutex_
};

}  // namespace medusa
