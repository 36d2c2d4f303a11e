// The routes of one ComfyUI server, each as a function.
//
// Owned by the server's adapter; any thread. Errors of every function: error with a failure class,
// of the words of interface.md 3, as the HTTP client throws them; class `permanent` for an answer
// that is none of ComfyUI's; cancelled once `stop` is requested.
#pragma once

#include <boost/json.hpp>
#include <chrono>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/comfyui/graph.hpp"
#include "engine/comfyui/messages.hpp"
#include "engine/image_server.hpp"
#include "net/http.hpp"

namespace medusa::comfyui {

// By whom a prompt is known: its id, and our mark where the server gave it another id.
struct prompt_key {
    std::string prompt;
    std::string mark;
    std::string save_node;
};

class server_api {
public:
    // `http`, `address` and `time` must outlive it.
    server_api(http_client& http, const server_address& address, const timer& time)
        : http_(http), address_(address), time_(time) {}

    const server_address& address() const { return address_; }

    // False for something else that speaks HTTP and is awake.
    bool is_comfyui(std::stop_token stop);
    boost::json::value system_stats(std::stop_token stop);
    // The body of /object_info/{class}.
    std::string object_info(const std::string& class_name, std::stop_token stop);
    // The files of a model folder; none for a folder that the server does not have.
    std::vector<std::string> models(const std::string& folder, std::stop_token stop);
    // Whether /api/jobs is there.
    bool has_jobs(std::stop_token stop);

    // A refusal is an answer. Class `ambiguous` when the prompt may have arrived all the same.
    prompt_reply submit(const prompt_graph& graph, const std::string& attempt_id,
                        const std::string& client_id, std::stop_token stop);
    std::optional<history_entry> history(const prompt_key& key, std::stop_token stop);
    // The same by our mark, among the newest entries.
    std::optional<history_entry> history_by_mark(const prompt_key& key, std::stop_token stop);
    queue_place queue(const prompt_key& key, std::stop_token stop);

    // The name that LoadImage takes.
    std::string upload(const std::string& name, const std::string& png, std::stop_token stop);
    // The bytes of a file; 404 has the class `lost`.
    std::string view(const file_name& file, std::stop_token stop);

    // These take no stop: they are what is done when one was requested. Short deadlines, and
    // errors as above.
    queue_place queue_now(const prompt_key& key);
    void cancel_job(const std::string& prompt);
    void delete_pending(const std::string& prompt);
    void interrupt(const std::optional<std::string>& prompt);

private:
    http_request request(std::string method, const std::string& path) const;
    // Checked for its status, and that it is no web page.
    http_reply send(const http_request& made, std::stop_token stop);
    queue_place read_place(const http_request& made, const prompt_key& key, std::stop_token stop);
    void post_json(const std::string& path, const boost::json::object& body);
    [[noreturn]] void not_comfyui(std::string_view what) const;
    void note_health(bool answered);

    http_client& http_;
    const server_address& address_;
    const timer& time_;
    mutable std::mutex mutex_;
    std::optional<std::chrono::milliseconds> silent_since_;  // no good answer since then
};

}  // namespace medusa::comfyui
