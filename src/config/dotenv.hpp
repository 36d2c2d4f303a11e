// Reads .env files: NAME=VALUE lines, "#" comments, an optional "export", quotes around values.
// Any thread. Errors: error(invalid_argument) with file and line.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>

namespace medusa {

struct dotenv_value {
    std::string value;
    int line = 0;  // from 1
};
using dotenv_values = std::map<std::string, dotenv_value>;

dotenv_values parse_dotenv(const std::string& text, const std::filesystem::path& path);

// The .env that counts: the nearest one from `folder` upwards to the repository or to `home`, else
// server/.env beside the place where that search ended. Empty when there is none.
std::optional<std::filesystem::path> find_dotenv(const std::filesystem::path& folder,
                                                 const std::filesystem::path& home);

// Throws error(invalid_argument) for a file of another user or one that others may write: whoever
// can write it could send this user's secrets elsewhere.
void refuse_foreign_file(const std::filesystem::path& path);

}  // namespace medusa
