#include "config/config.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <string_view>

#include "config/dotenv.hpp"
#include "core/error.hpp"
#include "core/files.hpp"
#include "core/limits.hpp"
#include "core/text.hpp"

namespace medusa {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t dotenv_bytes = 256 << 10;
constexpr int requests_a_minute_most = 10'000'000;
constexpr auto prompt_file_advice = "Give the path of a text file of at most 8,000 characters";

// Thrown by the readers below and turned into an error with name and place.
struct bad_value {
    std::string expected;
    std::string problem{"has a value that medusa does not understand"};
};

std::string text_value(const std::string& value) {
    if (value.empty()) throw bad_value{"some text"};
    return value;
}

std::string url_value(const std::string& value) {
    const auto scheme = value.find("://");
    const bool web = value.starts_with("http://") || value.starts_with("https://");
    const bool clean = value.find_first_of(" \t\n\"<>") == std::string::npos;
    if (!web || !clean || value.size() <= scheme + 3)
        throw bad_value{"an address like https://your-pod-7861.proxy.runpod.net"};
    return value;
}

std::vector<std::string> url_list(const std::string& value) {
    std::vector<std::string> urls;
    for (const auto& part : split(value, ',')) urls.push_back(url_value(collapse_spaces(part)));
    return urls;
}

std::string uri_value(const std::string& value, std::initializer_list<std::string_view> schemes) {
    for (const auto scheme : schemes)
        if (value.starts_with(scheme) && value.size() > scheme.size()) return value;
    throw bad_value{fmt::format("an address that starts with {}", fmt::join(schemes, " or "))};
}

std::string listen_value(const std::string& value) {
    const auto colon = value.rfind(':');
    const std::string port = colon == std::string::npos ? "" : value.substr(colon + 1);
    const bool digits =
        !port.empty() && port.size() <= 5 &&
        std::all_of(port.begin(), port.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (colon == 0 || !digits || std::stoi(port) > 65535)
        throw bad_value{"an address and a port, like 127.0.0.1:3001"};
    return value;
}

// "https://app.example", as browsers send it: any other writing would never be met.
std::vector<std::string> address_list(const std::string& value) {
    std::vector<std::string> addresses;
    for (const auto& part : split(value, ',')) {
        addresses.push_back(collapse_spaces(part));
        std::array<unsigned char, sizeof(in6_addr)> bytes{};
        const auto* text = addresses.back().c_str();
        if (::inet_pton(AF_INET, text, bytes.data()) != 1 &&
            ::inet_pton(AF_INET6, text, bytes.data()) != 1)
            throw bad_value{"addresses, like 127.0.0.1,10.0.0.5"};
    }
    return addresses;
}

std::vector<std::string> origin_list(const std::string& value) {
    std::vector<std::string> origins;
    for (const auto& part : split(value, ',')) {
        const auto origin = collapse_spaces(part);
        const auto scheme = origin.find("://");
        const bool web = origin.starts_with("http://") || origin.starts_with("https://");
        const auto host = web ? std::string_view(origin).substr(scheme + 3) : std::string_view();
        constexpr auto known = "abcdefghijklmnopqrstuvwxyz0123456789.-:[]";
        if (host.empty() || host.find_first_not_of(known) != std::string_view::npos)
            throw bad_value{"the pages' own addresses, like https://app.example, in lower case"};
        origins.push_back(origin);
    }
    return origins;
}

int number_value(const std::string& value, int least, int most) {
    int number = 0;
    const auto [end, problem] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (problem != std::errc() || end != value.data() + value.size() || number < least ||
        number > most)
        throw bad_value{fmt::format("a whole number from {} to {}", least, most)};
    return number;
}

fs::path path_value(const std::string& value) {
    return fs::path(text_value(value));
}

fs::path file_value(const std::string& value) {
    const auto path = path_value(value);
    const auto refuse = [&](const char* reason) {
        throw bad_value{"a file that can be read", fmt::format("names {}: {}", value, reason)};
    };
    std::error_code ignored;
    const auto kind = fs::status(path, ignored).type();
    if (kind == fs::file_type::not_found) refuse("it is missing");
    if (::access(path.c_str(), R_OK) != 0) refuse("it may not be read");
    if (kind != fs::file_type::regular) refuse("it is not a plain file");
    return path;
}

struct variable {
    std::string_view name;
    bool secret;
    void (*read)(config&, const std::string&);
};

// Every variable there is (interface.md 2), and where it goes. Secret is also the address of a pod:
// who knows it can use it.
const variable variables[] = {
    {"RUNPOD_WEBUI_URL", true,
     [](config& c, const std::string& v) { c.engines.webui_urls = url_list(v); }},
    {"RUNPOD_REALISTIC_URL", true,
     [](config& c, const std::string& v) { c.engines.realistic_urls = url_list(v); }},
    {"RUNPOD_ANIME_CARTOON_FANTASY_URL", true,
     [](config& c, const std::string& v) { c.engines.other_urls = url_list(v); }},
    {"RUNPOD_API_TOKEN_FILE", false,
     [](config& c, const std::string& v) { c.engines.token_file = file_value(v); }},
    {"CLOUDINARY_CLOUD_NAME", false,
     [](config& c, const std::string& v) { c.cloudinary.cloud_name = text_value(v); }},
    {"CLOUDINARY_API_KEY", false,
     [](config& c, const std::string& v) { c.cloudinary.api_key = text_value(v); }},
    {"CLOUDINARY_API_SECRET", true,
     [](config& c, const std::string& v) { c.cloudinary.api_secret = text_value(v); }},
    {"CLOUDINARY_URL", true,
     [](config& c, const std::string& v) { c.cloudinary.url = uri_value(v, {"cloudinary://"}); }},
    {"CLOUDINARY_SIGNATURE_ALGORITHM", false,
     [](config& c, const std::string& v) {
         if (v != "sha1" && v != "sha256") throw bad_value{"sha1 or sha256"};
         c.cloudinary.signature_algorithm = v;
     }},
    {"MONGODB_URI", true,
     [](config& c, const std::string& v) {
         c.mongodb_uri = uri_value(v, {"mongodb://", "mongodb+srv://"});
     }},
    {"NATS_URL", true,
     [](config& c, const std::string& v) {
         c.nats_url = uri_value(v, {"nats://", "tls://"});
     }},
    {"MEDUSA_DATA", false, [](config& c, const std::string& v) { c.data = path_value(v); }},
    {"MEDUSA_USERNAME", false, [](config& c, const std::string& v) { c.username = text_value(v); }},
    {"MEDUSA_USER_ID", false, [](config& c, const std::string& v) { c.user_id = text_value(v); }},
    {"MEDUSA_HTTP", false,
     [](config& c, const std::string& v) { c.http.listen = listen_value(v); }},
    {"MEDUSA_PUBLIC_URL", false,
     [](config& c, const std::string& v) { c.http.public_url = url_value(v); }},
    {"MEDUSA_TRUSTED_PROXIES", false,
     [](config& c, const std::string& v) { c.http.trusted_proxies = address_list(v); }},
    {"MEDUSA_HTTP_ORIGINS", false,
     [](config& c, const std::string& v) { c.http.origins = origin_list(v); }},
    {"MEDUSA_HTTP_RATE", false,
     [](config& c, const std::string& v) {
         c.http.requests_a_minute = number_value(v, 0, requests_a_minute_most);
     }},
    {"MEDUSA_JOBS_PER_OWNER", false,
     [](config& c, const std::string& v) {
         c.jobs_per_owner = std::size_t(number_value(v, 1, int(limits::jobs_waiting)));
     }},
    {"MEDUSA_JWT_SECRET_FILE", false,
     [](config& c, const std::string& v) { c.http.jwt_secret_file = file_value(v); }},
    {"MEDUSA_JWT_ISSUER", false,
     [](config& c, const std::string& v) { c.http.jwt_issuer = text_value(v); }},
    {"MEDUSA_JWT_AUDIENCE", false,
     [](config& c, const std::string& v) { c.http.jwt_audience = text_value(v); }},
    {"MEDUSA_WEBHOOKS_TO", false,
     [](config& c, const std::string& v) {
         if (v != "public" && v != "anywhere") throw bad_value{"public or anywhere"};
         c.http.webhooks_anywhere = v == "anywhere";
     }},
    {"NODE_ENV", false,
     [](config& c, const std::string& v) { c.debug = c.debug || v == "development"; }},
    {"MEDUSA_LOG", false,
     [](config& c, const std::string& v) {
         if (v != "debug" && v != "info") throw bad_value{"debug or info"};
         c.debug = c.debug || v == "debug";
     }},
    {"MEDUSA_LOG_FORMAT", false,
     [](config& c, const std::string& v) {
         if (v != "text" && v != "json") throw bad_value{"text or json"};
         c.log_format = v;
     }},
    {"MEDUSA_METRICS", false,
     [](config& c, const std::string& v) { c.metrics_address = listen_value(v); }},
    {"MEDUSA_POSITIVE_PROMPT", false,
     [](config& c, const std::string& v) { c.positive_prompt = file_value(v); }},
    {"MEDUSA_NEGATIVE_PROMPT", false,
     [](config& c, const std::string& v) { c.negative_prompt = file_value(v); }},
    {"MEDUSA_IMAGE_NUMBER_FILE", false,
     [](config& c, const std::string& v) { c.image_number_file = path_value(v); }},
};

// Sign-in data inside an address is never shown.
std::string shown(const variable& row, const std::string& value) {
    if (row.secret) return "***";
    const auto at = value.rfind('@');
    const auto scheme = value.find("://");
    const bool signed_in = at != std::string::npos && scheme != std::string::npos && scheme < at;
    return signed_in ? value.substr(0, scheme + 3) + "***" + value.substr(at) : value;
}

struct found_value {
    std::string value;
    std::string place;
};

// The environment wins over .env. An empty value of the environment switches a variable off.
std::map<std::string, found_value> gather(const surroundings& around) {
    std::map<std::string, found_value> found;
    if (const auto path = find_dotenv(around.working_folder, around.home)) {
        refuse_foreign_file(*path);
        for (const auto& [name, entry] : parse_dotenv(read_file(*path, dotenv_bytes), *path))
            found[name] = {entry.value, fmt::format("{}:{}", path->string(), entry.line)};
    }
    for (const auto& [name, value] : around.environment) found[name] = {value, "environment"};
    return found;
}

void refuse_unknown(const std::map<std::string, found_value>& found) {
    std::vector<std::string> known;
    for (const auto& row : variables)
        if (row.name.starts_with("MEDUSA_")) known.emplace_back(row.name);
    for (const auto& [name, entry] : found) {
        if (!name.starts_with("MEDUSA_") || name.starts_with("MEDUSA_TEST_")) continue;
        if (std::find(known.begin(), known.end(), name) != known.end()) continue;
        const auto near = nearest(name, known);
        throw error(errc::invalid_argument,
                    fmt::format("{} ({}) is no variable of medusa", name, entry.place),
                    near.empty() ? fmt::format("There are {}", fmt::join(known, ", "))
                                 : fmt::format("Did you mean {}?", near));
    }
}

void set_defaults(config& c, const surroundings& around) {
    const auto xdg = around.environment.find("XDG_DATA_HOME");
    const bool has_xdg = xdg != around.environment.end() && xdg->second.starts_with('/');
    if (c.data.empty())
        c.data = (has_xdg ? fs::path(xdg->second) : around.home / ".local" / "share") / "medusa";
    c.data = fs::absolute(c.data);
    if (c.username.empty()) c.username = around.login;
    if (c.user_id.empty()) c.user_id = "local";
    if (c.image_number_file.empty()) c.image_number_file = around.home / ".last_image_number";
    const auto where_present = [&](const char* file) -> std::optional<fs::path> {
        const auto path = around.home / file;
        std::error_code ignored;
        return fs::is_regular_file(path, ignored) ? std::optional(path) : std::nullopt;
    };
    if (!c.positive_prompt) c.positive_prompt = where_present("positive_prompt.txt");
    if (!c.negative_prompt) c.negative_prompt = where_present("negative_prompt.txt");
}

void refuse_contradictions(const config& c) {
    const auto& cloud = c.cloudinary;
    const int set = !cloud.cloud_name.empty() + !cloud.api_key.empty() + !cloud.api_secret.empty();
    if (cloud.url.empty() && set != 0 && set != 3)
        throw error(errc::invalid_argument,
                    "Cloudinary upload failed: only a part of its credentials is set",
                    "Set CLOUDINARY_CLOUD_NAME, CLOUDINARY_API_KEY and CLOUDINARY_API_SECRET, or "
                    "none of them");
    const bool named = !c.http.jwt_issuer.empty() || !c.http.jwt_audience.empty();
    if (named && c.http.jwt_secret_file.empty())
        throw error(errc::invalid_argument,
                    "MEDUSA_JWT_ISSUER and MEDUSA_JWT_AUDIENCE need MEDUSA_JWT_SECRET_FILE",
                    "Name the file that holds the secret, or none of the three");
    if (!c.nats_url.empty() && c.mongodb_uri.empty())
        throw error(errc::invalid_argument, "NATS_URL needs MONGODB_URI",
                    "Jobs sent over NATS are kept in MongoDB: set both or neither");
}

}  // namespace

surroundings read_surroundings() {
    surroundings around;
    for (char** entry = ::environ; *entry; ++entry) {
        const std::string text(*entry);
        const auto equals = text.find('=');
        if (equals != std::string::npos)
            around.environment[text.substr(0, equals)] = text.substr(equals + 1);
    }
    std::error_code ignored;
    around.working_folder = fs::current_path(ignored);
    const passwd* user = ::getpwuid(::geteuid());
    const auto home = around.environment.find("HOME");
    if (home != around.environment.end() && home->second.starts_with('/'))
        around.home = home->second;
    else if (user)
        around.home = user->pw_dir;
    around.login = user ? user->pw_name : "user";
    return around;
}

config load_config(const surroundings& around) {
    const auto found = gather(around);
    refuse_unknown(found);
    config result;
    for (const auto& row : variables) {
        const auto entry = found.find(std::string(row.name));
        if (entry == found.end() || entry->second.value.empty()) continue;
        const auto& [value, place] = entry->second;
        try {
            row.read(result, value);
        } catch (const bad_value& bad) {
            throw error(errc::invalid_argument,
                        fmt::format("{} ({}) {}", row.name, place, bad.problem),
                        "Expected is " + bad.expected);
        }
        result.origins.push_back({std::string(row.name), shown(row, value), place});
    }
    refuse_contradictions(result);
    set_defaults(result, around);
    return result;
}

std::string read_prompt_file(const fs::path& path) {
    std::string text;
    try {
        text = read_file(path, limits::prompt_file_bytes);
    } catch (const error& cause) {
        throw error(cause.code() == errc::not_found ? errc::invalid_argument : cause.code(),
                    "the prompt file cannot be used: " + cause.detail(), prompt_file_advice);
    }
    const auto refuse = [&](const std::string& reason) {
        throw error(errc::invalid_argument,
                    fmt::format("the prompt file {} {}", path.string(), reason),
                    prompt_file_advice);
    };
    if (!is_valid_utf8(text)) refuse("is not text in UTF-8");
    if (text.find('\0') != std::string::npos) refuse("holds a NUL character");
    text = without_controls(text);
    if (count_chars(text) > limits::prompt_chars)
        refuse(fmt::format("has {} characters", count_chars(text)));
    return text;
}

}  // namespace medusa
