// The WebSocket of one server: what it tells of all our prompts there.
//
// A server tells a prompt's frames to the client id that it was submitted with. After a lost
// connection a new one has a new id, because servers up to the present can go deaf for an id that
// comes back; prompts of the old id are then polled. Owned by the server's adapter; used by the
// calls that wait there, and by the thread of the websocket_loop. Nothing throws but for memory.
#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>

#include "core/ids.hpp"
#include "engine/comfyui/watch.hpp"
#include "engine/image_server.hpp"
#include "net/retry.hpp"
#include "net/websocket.hpp"

namespace medusa::comfyui {

class feed {
public:
    // What it is given must outlive it.
    feed(websocket_loop& sockets, const server_address& address, id_source& ids, timer& time,
         unit_random random);
    // No call may still wait.
    ~feed();
    feed(const feed&) = delete;
    feed& operator=(const feed&) = delete;

    // Connects unless it is connected, connecting, or has failed too shortly before. Called by
    // everybody who waits, now and then; there is no thread for it.
    void keep_open();
    // Waits while it is connecting, at most `most`.
    void wait_open(milliseconds most, std::stop_token stop);
    // The id to submit the next prompt with, connected or not.
    std::string client_id();

    // Tells `watch` of frames, from now until forget(). `client_id`: that of its prompt.
    void follow(prompt_watch& watch, const std::string& client_id);
    void forget(prompt_watch& watch);

private:
    enum class state { closed, connecting, open };

    void opened();
    void ended();
    void hear(const frame& told);

    websocket_loop& sockets_;
    const server_address& address_;
    id_source& ids_;
    timer& time_;
    unit_random random_;

    std::mutex mutex_;
    std::condition_variable_any changed_;
    state state_ = state::closed;
    std::string client_id_;
    int failures_ = 0;  // in a row
    milliseconds next_try_{0};
    std::string current_;  // the prompt that runs, for previews that do not say theirs
    std::map<prompt_watch*, std::string> watches_;  // and the client ids of their prompts
    std::mutex connecting_;  // held while the socket is exchanged, which waits for callbacks
    std::unique_ptr<websocket> socket_;
    websocket* greeted_ = nullptr;  // socket_, once it can be spoken to; of mutex_
};

}  // namespace medusa::comfyui
