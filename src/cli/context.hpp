// What a command of the command line works with. One per process, owned by app/, main thread only
// unless said otherwise.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "cli/terminal.hpp"
#include "config/config.hpp"
#include "engine/art_desk.hpp"
#include "engine/image_server.hpp"
#include "job/queue.hpp"
#include "pipeline/parts.hpp"
#include "store/stores.hpp"
#include "worker/worker.hpp"

namespace medusa {

class postman;
class webhook_desk;
class recall_desk;
class index_follower;

// One line of `doctor`: a configured part and one cheap real call to it.
struct health_check {
    std::string part;                  // "image engine"
    std::string kind;                  // "sketch, embedded"
    std::function<std::string()> run;  // returns a line to show; throws what is wrong
};

// How `serve` tells what happens.
struct serve_wish {
    bool works = true;  // a worker beside it; otherwise other processes do the jobs
    std::function<void(const std::string& address)> listening;
    std::function<void(const error&)> trouble;
    entry_sink log;         // of requests; may be empty
    bool logs_all = false;  // each one, not only what went wrong unforeseen
};

// The parts behind the commands, opened only by those that need them: `--help` opens nothing.
class backstage {
public:
    virtual ~backstage() = default;
    virtual const config& settings() = 0;
    // The parts as configured, but for what `wanted` asks for instead. They live until the end, and
    // are the same for equal wishes; any thread.
    virtual const pipeline_parts& open(const job_surroundings& wanted) = 0;
    virtual job_queue& queue() = 0;
    // What a worker in this process works with.
    virtual worker_parts worker() = 0;
    virtual access_tokens& tokens() = 0;
    virtual webhook_desk& webhooks() = 0;
    virtual index_follower& search_index() = 0;
    virtual recall_desk& recall() = 0;
    // Sends what webhooks are to be told until it is destroyed; `trouble` as in serve_wish.
    virtual std::unique_ptr<postman> deliver(std::function<void(const error&)> trouble) = 0;
    // Tells how a worker of this process does, to Prometheus and to probes, on MEDUSA_METRICS until
    // the returned object is gone; nothing where that is not set.
    virtual std::shared_ptr<void> tell_metrics() = 0;
    // Serves HTTP until `stop` is requested and what runs has ended.
    virtual void serve(const serve_wish& wish, std::stop_token stop) = 0;
    // A store of records ("sqlite", "mongo") or files ("local", "cloudinary") on its own; empty:
    // the configured one. Throws error(invalid_argument) where its settings are missing.
    virtual stores open_stores(const std::string& name) = 0;
    virtual std::unique_ptr<asset_store> open_assets(const std::string& name) = 0;
    virtual std::vector<health_check> checks() = 0;
    // Every image engine, the remote servers asked now.
    virtual std::vector<server_status> engines(std::stop_token stop) = 0;
    // The desk of the engine that draws from files: those of `folder`, or the embedded ones.
    virtual std::unique_ptr<art_desk> art(const std::optional<std::filesystem::path>& folder) = 0;
};

struct cli_context {
    terminal& out;
    backstage& parts;
    std::stop_token stop;         // requested by Ctrl-C and SIGTERM
    std::function<int()> action;  // set by the command that was given; returns the exit code
};

// A command adds itself to the program: options first, then `context.action` when it is chosen.
void add_generate(CLI::App& program, cli_context& context);
void add_batch(CLI::App& program, cli_context& context);
void add_image(CLI::App& program, cli_context& context);
void add_jobs(CLI::App& program, cli_context& context);
void add_worker(CLI::App& program, cli_context& context);
void add_serve(CLI::App& program, cli_context& context);
void add_token(CLI::App& program, cli_context& context);
void add_webhook(CLI::App& program, cli_context& context);
void add_list(CLI::App& program, cli_context& context);
void add_show(CLI::App& program, cli_context& context);
void add_search(CLI::App& program, cli_context& context);
void add_similar(CLI::App& program, cli_context& context);
void add_reindex(CLI::App& program, cli_context& context);
void add_delete(CLI::App& program, cli_context& context);
void add_sweep(CLI::App& program, cli_context& context);
void add_sketch(CLI::App& program, cli_context& context);
void add_help(CLI::App& program, cli_context& context);
void add_doctor(CLI::App& program, cli_context& context);
void add_engines(CLI::App& program, cli_context& context);
void add_migrate(CLI::App& program, cli_context& context);
void add_backup(CLI::App& program, cli_context& context);
void add_restore(CLI::App& program, cli_context& context);
void add_completion(CLI::App& program, cli_context& context);

// Reads the arguments, runs the command and returns the exit code (interface.md 3). Every error
// ends here.
int run_command_line(int argc, const char* const* argv, cli_context& context);

}  // namespace medusa
