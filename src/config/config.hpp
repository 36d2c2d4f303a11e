// What the user configured: the environment, then .env, then defaults, in one struct tree.
//
// Loaded once at start by main and handed down in parts; plain values, any thread afterwards.
// Errors: error(invalid_argument) with the variable's name, its place and what is expected.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/limits.hpp"

namespace medusa {

struct engines_config {
    std::vector<std::string> webui_urls;      // every style
    std::vector<std::string> realistic_urls;  // style realistic only
    std::vector<std::string> other_urls;      // every other style
    std::filesystem::path token_file;

    bool remote() const {
        return !webui_urls.empty() || !realistic_urls.empty() || !other_urls.empty();
    }
};

struct cloudinary_config {
    std::string cloud_name;
    std::string api_key;
    std::string api_secret;
    std::string url;  // cloudinary://key:secret@cloud, instead of the three above
    std::string signature_algorithm = "sha1";

    bool configured() const { return !url.empty() || !cloud_name.empty(); }
};

struct http_config {
    std::string listen = "127.0.0.1:3001";
    std::string public_url;
    std::vector<std::string> trusted_proxies;
    std::vector<std::string> origins;  // of other sites whose pages may ask: "https://a.example"
    int requests_a_minute = 6'000;     // of one token, or of one address without; 0: no limit
    std::filesystem::path jwt_secret_file;
    std::string jwt_issuer;
    std::string jwt_audience;
    bool webhooks_anywhere = false;  // also inside the network, and by http
};

// Where one value came from, for `doctor`; secrets are shown as "***".
struct setting_origin {
    std::string name;
    std::string value;
    std::string place;  // "environment" or "/path/.env:3"
};

struct config {
    engines_config engines;
    cloudinary_config cloudinary;
    std::string mongodb_uri;
    std::string nats_url;
    std::filesystem::path data;  // folder of the embedded parts
    std::string username;
    std::string user_id;
    http_config http;
    bool debug = false;
    std::string log_format;       // "text" or "json"; empty: text on a terminal, else JSON
    std::string metrics_address;  // where a worker tells its metrics; empty: nowhere
    std::size_t jobs_per_owner = limits::jobs_waiting;     // that wait or run at once
    std::optional<std::filesystem::path> positive_prompt;  // empty: the built-in text
    std::optional<std::filesystem::path> negative_prompt;
    std::filesystem::path image_number_file;
    std::vector<setting_origin> origins;  // what was set, in the order of the table
};

// What the process was started with; tests make their own.
struct surroundings {
    std::map<std::string, std::string> environment;
    std::filesystem::path working_folder;
    std::filesystem::path home;
    std::string login;
};

surroundings read_surroundings();

config load_config(const surroundings& around);

// Every value of it that nobody may read in a log: passwords and keys, of addresses their sign-in.
// Files of tokens are read; one that cannot be read holds none.
std::vector<std::string> secrets_of(const config& settings);

// The text of a prompt file, in order like a description: one blank between words, no controls.
// Throws error(invalid_argument) naming the file when it is missing, no plain file, too large or no
// UTF-8.
std::string read_prompt_file(const std::filesystem::path& path);

}  // namespace medusa
