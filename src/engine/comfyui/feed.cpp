#include "engine/comfyui/feed.hpp"

#include "engine/comfyui/troubles.hpp"
#include "net/url.hpp"

namespace medusa::comfyui {

namespace {

// The first message of a connection: previews then say whose they are.
constexpr const char* greeting =
    R"({"type":"feature_flags","data":{"supports_preview_metadata":true}})";

}  // namespace

feed::feed(websocket_loop& sockets, const server_address& address, id_source& ids, timer& time,
           unit_random random)
    : sockets_(sockets),
      address_(address),
      ids_(ids),
      time_(time),
      random_(std::move(random)),
      client_id_(ids.uuid()) {}

feed::~feed() {
    socket_.reset();
}

std::string feed::client_id() {
    const std::lock_guard lock(mutex_);
    return client_id_;
}

void feed::keep_open() {
    const std::unique_lock exchange(connecting_, std::try_to_lock);
    if (!exchange) return;  // somebody is at it
    {
        const std::lock_guard lock(mutex_);
        if (state_ != state::closed || time_.elapsed() < next_try_) return;
        state_ = state::connecting;
        client_id_ = ids_.uuid();
        greeted_ = nullptr;
    }
    socket_.reset();  // before the next one: the server must not see two of us
    websocket_request request;
    request.url = websocket_url(join_url(address_.url, "ws?clientId=" + client_id()));
    request.bearer = address_.bearer;
    request.failure_words = connection_words;
    request.upstream = address_.label;
    request.facts.service = remote_service::engine;
    socket_ = sockets_.connect(std::move(request), {.open = [this] { opened(); },
                                                    .text =
                                                        [this](std::string_view text) {
                                                            if (const auto told = read_frame(text))
                                                                hear(*told);
                                                        },
                                                    .binary =
                                                        [this](std::span<const std::byte> bytes) {
                                                            if (const auto told = read_frame(bytes))
                                                                hear(*told);
                                                        },
                                                    .closed = [this](const error&) { ended(); }});
    // It may be open by now; then opened() could not say it.
    const std::lock_guard lock(mutex_);
    greeted_ = socket_.get();
    if (state_ == state::open) greeted_->send_text(greeting);
}

void feed::opened() {
    const std::lock_guard lock(mutex_);
    state_ = state::open;
    failures_ = 0;
    if (greeted_) greeted_->send_text(greeting);
    for (const auto& [watch, id] : watches_) watch->listening(id == client_id_);
    changed_.notify_all();
}

void feed::ended() {
    const std::lock_guard lock(mutex_);
    state_ = state::closed;
    next_try_ = time_.elapsed() + full_jitter(failures_++, random_());
    for (const auto& [watch, id] : watches_) watch->listening(false);
    changed_.notify_all();
}

void feed::wait_open(milliseconds most, std::stop_token stop) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, stop, most, [&] { return state_ != state::connecting; });
}

void feed::hear(const frame& told) {
    const std::lock_guard lock(mutex_);
    frame whose = told;
    if (told.what == frame::kind::preview && told.prompt.empty()) {
        whose.prompt = current_;
    } else if (!told.prompt.empty()) {
        current_ = told.prompt;
    }
    for (const auto& [watch, id] : watches_) watch->hear(whose);
}

void feed::follow(prompt_watch& watch, const std::string& client_id) {
    const std::lock_guard lock(mutex_);
    watches_[&watch] = client_id;
    watch.listening(state_ == state::open && client_id == client_id_);
}

void feed::forget(prompt_watch& watch) {
    const std::lock_guard lock(mutex_);
    watches_.erase(&watch);
}

}  // namespace medusa::comfyui
