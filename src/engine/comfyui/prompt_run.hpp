// One call of run() or resume(): a prompt sent at most once, followed to its end, its picture
// fetched.
//
// Made and used by one thread. Errors: as image_server.hpp says.
#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "engine/comfyui/capabilities.hpp"
#include "engine/comfyui/feed.hpp"
#include "engine/comfyui/graph.hpp"
#include "engine/comfyui/server_api.hpp"
#include "engine/comfyui/watch.hpp"

namespace medusa::comfyui {

// What all runs on a server share.
struct run_parts {
    server_api& api;
    feed& frames;
    timer& time;
    const unit_random& random;
    patience limits;
};

class prompt_run {
public:
    prompt_run(const run_parts& parts, const server_profile& profile, const attempt_order& order,
               std::string save_node, const progress_sink& progress, std::stop_token stop);
    ~prompt_run();
    prompt_run(const prompt_run&) = delete;
    prompt_run& operator=(const prompt_run&) = delete;

    // Empty: accepted, or not known yet. A refusal otherwise: nothing was queued.
    std::optional<trouble> submit(const prompt_graph& graph);
    // Waits; gives the bytes of the picture's file, whole and a PNG. Empty when the reference could
    // not be used.
    std::optional<std::string> follow();

private:
    prompt_key key();
    void report();
    void report_accepted();
    void ask(prompt_protocol::step question);
    std::optional<history_entry> ask_history();
    std::optional<std::string> end(prompt_protocol::ending how);
    std::string fetch(const file_name& file);
    void cancel();
    void cancel_once();
    [[noreturn]] void stopped();

    run_parts parts_;
    const server_profile& profile_;
    const attempt_order& order_;
    std::string save_node_;
    const progress_sink& progress_;
    std::stop_token stop_;
    std::string client_id_;
    prompt_watch watch_;
    bool reported_accepted_ = false;
    std::optional<prompt_protocol::progress> reported_;
    std::optional<error> doubt_;       // why it is not known whether the prompt arrived
    std::optional<error> unanswered_;  // the last question without an answer
};

}  // namespace medusa::comfyui
