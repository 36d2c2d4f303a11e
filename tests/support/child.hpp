// A child process for tests: started from a program and its arguments, its standard output in a
// file. Kills and reaps the child when it goes out of scope. One thread.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace medusa::testing_support {

class child {
public:
    // `arguments[0]` is the program. Throws std::system_error when it cannot be started.
    child(const std::vector<std::string>& arguments, const std::filesystem::path& output);
    ~child();
    child(child&& other) noexcept;
    child(const child&) = delete;
    child& operator=(const child&) = delete;

    // The exit code, or 128 + the signal that ended it.
    int wait();
    void kill();
    void send(int signal);
    // Holds it until SIGCONT; none of its threads does anything when this returns.
    void pause();

private:
    pid_t pid_;
};

// A folder of its own that is removed with all its content at the end of the scope.
class scratch_folder {
public:
    scratch_folder();
    ~scratch_folder();
    scratch_folder(const scratch_folder&) = delete;
    scratch_folder& operator=(const scratch_folder&) = delete;
    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

}  // namespace medusa::testing_support
