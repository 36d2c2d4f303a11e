#include "app/remote_engine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <thread>

#include "app/decoder_program.hpp"
#include "core/error.hpp"
#include "core/files.hpp"
#include "core/text.hpp"
#include "decode/picture_inspector.hpp"
#include "engine/a1111/a1111.hpp"
#include "engine/comfyui/comfyui_server.hpp"
#include "net/call_log.hpp"
#include "net/http.hpp"
#include "net/retry.hpp"
#include "net/websocket.hpp"

namespace medusa {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t token_bytes_max = 64 << 10;

// What adapters of all dialects share.
struct wires {
    explicit wires(const log_sink& log)
        : http(logged(make_http_client(), log)), sockets(logged(make_websocket_loop(), log)) {}

    std::unique_ptr<http_client> http;
    std::unique_ptr<websocket_loop> sockets;
};

struct dialect_adapter {
    std::string_view name;
    bool (*answers)(const server_address&, wires&, std::stop_token);
    std::unique_ptr<image_server> (*make)(const server_address&, wires&);
};

// The table of dialects: a new one is its folder and one line here.
constexpr dialect_adapter adapters[] = {
    {"comfyui",
     [](const server_address& address, wires& by, std::stop_token stop) {
         return is_comfyui(address, *by.http, std::move(stop));
     },
     [](const server_address& address, wires& by) {
         return make_comfyui_server(
             address, {*by.http, *by.sockets, random_ids(), system_timer(), system_random()});
     }},
    {"a1111",
     [](const server_address& address, wires& by, std::stop_token stop) {
         return is_a1111(address, *by.http, std::move(stop));
     },
     [](const server_address& address, wires& by) {
         return make_a1111_server(address, *by.http, system_timer());
     }},
};

std::vector<dialect> dialects_over(wires& by) {
    std::vector<dialect> known;
    for (const auto& adapter : adapters)
        known.push_back({std::string(adapter.name),
                         [&adapter, &by](const server_address& address, std::stop_token stop) {
                             return adapter.answers(address, by, std::move(stop))
                                        ? adapter.make(address, by)
                                        : nullptr;
                         }});
    return known;
}

std::string token_in(const fs::path& file) {
    if (file.empty()) return {};
    auto token = collapse_spaces(read_file(file, token_bytes_max));
    if (token.empty() || token.find(' ') != std::string::npos)
        throw error(errc::invalid_argument,
                    fmt::format("the token file {} does not hold one token", file.string()),
                    "RUNPOD_API_TOKEN_FILE names a file with nothing but the token");
    return token;
}

class remote_engine final : public engine_pool {
public:
    remote_engine(std::vector<pool_member> members, attempt_log* attempts, const log_sink& log,
                  const retry_sink& retried)
        : wires_(log),
          pool_(make_engine_pool({.members = std::move(members),
                                  .dialects = dialects_over(wires_),
                                  .attempts = attempts,
                                  .ids = random_ids(),
                                  .time = system_clock(),
                                  .pauses = system_timer(),
                                  .inspect =
                                      [this](const picture& drawn) {
                                          inspector_->inspect(drawn.png, drawn.width, drawn.height);
                                      },
                                  .retried = retried})) {}

    picture render(const picture_request& request, const progress_sink& progress,
                   std::stop_token stop) override {
        return pool_->render(request, progress, std::move(stop));
    }
    int parallel() const override { return pool_->parallel(); }
    std::string check() override { return pool_->check(); }
    std::vector<server_health> health() override { return pool_->health(); }
    std::vector<server_status> survey(std::stop_token stop) override {
        return pool_->survey(std::move(stop));
    }

private:
    wires wires_;
    std::unique_ptr<picture_inspector> inspector_ =
        make_picture_inspector(decoder_program(), decoders_at_once());
    std::unique_ptr<engine_pool> pool_;
};

}  // namespace

std::unique_ptr<engine_pool> make_remote_engine(const engines_config& set, attempt_log* attempts,
                                                const log_sink& log, const retry_sink& retried) {
    auto members = roster_of({.every_style = set.webui_urls,
                              .realistic = set.realistic_urls,
                              .other_styles = set.other_urls,
                              .token = token_in(set.token_file)});
    return std::make_unique<remote_engine>(std::move(members), attempts, log, retried);
}

}  // namespace medusa
