#include "config/dotenv.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>

#include "core/error.hpp"
#include "core/text.hpp"

namespace medusa {
namespace {

namespace fs = std::filesystem;

bool is_name(std::string_view text) {
    const auto word = [](unsigned char c) { return std::isalnum(c) || c == '_'; };
    return !text.empty() && !std::isdigit(static_cast<unsigned char>(text.front())) &&
           std::all_of(text.begin(), text.end(), word);
}

std::string_view trim(std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r");
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

// A folder of that name is somebody's Python environment.
bool is_there(const fs::path& path) {
    std::error_code ignored;
    return fs::exists(path, ignored) && !fs::is_directory(path, ignored);
}

[[noreturn]] void fail(const fs::path& path, int line, const char* reason) {
    throw error(errc::invalid_argument, fmt::format("{}:{}: {}", path.string(), line, reason),
                "A line is NAME=value, a comment after # or empty");
}

// Between quotes everything stands for itself; without them a comment may follow after a blank.
std::string value_of(std::string_view text, const fs::path& path, int line) {
    text = trim(text);
    if (text.empty() || (text.front() != '"' && text.front() != '\'')) {
        const auto comment = text.find(" #");
        return std::string(trim(text.substr(0, comment)));
    }
    const auto end = text.find(text.front(), 1);
    if (end == std::string_view::npos) fail(path, line, "the quote is never closed");
    const auto rest = trim(text.substr(end + 1));
    if (!rest.empty() && rest.front() != '#') fail(path, line, "text follows the closing quote");
    return std::string(text.substr(1, end - 1));
}

}  // namespace

dotenv_values parse_dotenv(const std::string& text, const fs::path& path) {
    if (!is_valid_utf8(text) || text.find('\0') != std::string::npos)
        fail(path, 1, "the file is not text in UTF-8");
    dotenv_values values;
    int number = 0;
    for (const auto& raw : split(text, '\n')) {
        ++number;
        std::string_view line = trim(raw);
        if (line.empty() || line.front() == '#') continue;
        if (line.starts_with("export ")) line = trim(line.substr(7));
        const auto equals = line.find('=');
        if (equals == std::string_view::npos) fail(path, number, "the line has no =");
        const auto name = trim(line.substr(0, equals));
        if (!is_name(name)) fail(path, number, "this is no name of a variable");
        values[std::string(name)] = {value_of(line.substr(equals + 1), path, number), number};
    }
    return values;
}

std::optional<fs::path> find_dotenv(const fs::path& folder, const fs::path& home) {
    fs::path top = folder;
    for (fs::path at = folder;; at = at.parent_path()) {
        std::error_code ignored;
        if (is_there(at / ".env")) return at / ".env";
        top = at;
        const bool repository = fs::exists(at / ".git", ignored);
        if (repository || at == home || at == at.parent_path()) break;
    }
    for (const auto& place : {folder, top}) {
        if (is_there(place / "server" / ".env")) return place / "server" / ".env";
    }
    return std::nullopt;
}

void refuse_foreign_file(const fs::path& path) {
    struct stat facts {};
    if (::stat(path.c_str(), &facts) != 0) return;  // reading it says why
    const char* reason = facts.st_uid != ::geteuid() ? "belongs to another user"
                         : (facts.st_mode & S_IWOTH) ? "may be written by anybody"
                                                     : nullptr;
    if (reason)
        throw error(errc::invalid_argument,
                    fmt::format("{} {}, so it is not used", path.string(), reason),
                    fmt::format("Make it yours alone: chown {} {} && chmod 600 {}", ::geteuid(),
                                path.string(), path.string()));
}

}  // namespace medusa
