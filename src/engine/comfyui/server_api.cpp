#include "engine/comfyui/server_api.hpp"

#include <fmt/format.h>

#include "core/limits.hpp"
#include "engine/comfyui/troubles.hpp"
#include "net/url.hpp"

namespace medusa::comfyui {

namespace json = boost::json;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds look_deadline{15'000};
constexpr milliseconds submit_deadline{60'000};
constexpr milliseconds cancel_deadline{600};
constexpr milliseconds transfer_silence{20'000};
// Histories and queues hold whole graphs, of other people too.
constexpr std::size_t look_bytes_max = std::size_t{8} << 20;
constexpr int entries_searched = 100;
// Any prompt's id that is none.
constexpr const char* no_prompt = "00000000-0000-4000-8000-000000000000";
constexpr const char* upload_folder = "medusa";

}  // namespace

http_request server_api::request(std::string method, const std::string& path) const {
    http_request made;
    made.method = std::move(method);
    made.url = join_url(address_.url, path);
    made.bearer = address_.bearer;
    made.failure_words = connection_words;
    made.upstream = address_.label;
    made.facts.service = remote_service::engine;
    made.facts.wants_data = true;
    // A server that answered before and fails now may be starting anew: its age counts from there.
    const std::lock_guard lock(mutex_);
    const auto since = silent_since_.value_or(time_.elapsed());
    made.facts.pod_age = std::chrono::duration_cast<std::chrono::seconds>(time_.elapsed() - since);
    made.deadline = look_deadline;
    made.reply_bytes_max = look_bytes_max;
    return made;
}

void server_api::note_health(bool answered) {
    const std::lock_guard lock(mutex_);
    if (answered) {
        silent_since_.reset();
    } else if (!silent_since_) {
        silent_since_ = time_.elapsed();
    }
}

http_reply server_api::send(const http_request& made, std::stop_token stop) {
    try {
        auto reply = send_checked(http_, made, std::move(stop));
        note_health(true);
        return reply;
    } catch (const error& failed) {
        const auto& told = failed.failure();
        if (told) note_health(told->status / 100 == 4);
        throw;
    }
}

void server_api::not_comfyui(std::string_view what) const {
    throw failure(failure_class::permanent, errc::unavailable, connection_words, address_.label,
                  what, "Check that the address is that of a ComfyUI server");
}

bool server_api::is_comfyui(std::stop_token stop) {
    const auto made = request("GET", "system_stats");
    const auto reply = http_.send(made, std::move(stop));
    const auto failed = reply_error(made, reply);
    const bool no_such_route = reply.status == 404 || reply.status == 405;
    if (failed && no_such_route && failed->failure()->kind == failure_class::permanent) {
        return false;
    }
    if (failed) throw *failed;
    const auto whole = read_json(reply.body);
    return member(whole, "system") != nullptr;
}

json::value server_api::system_stats(std::stop_token stop) {
    const auto reply = send(request("GET", "system_stats"), std::move(stop));
    auto whole = read_json(reply.body);
    if (!whole || !member(whole, "system")) not_comfyui("does not answer as ComfyUI does");
    return *whole;
}

std::string server_api::object_info(const std::string& class_name, std::stop_token stop) {
    return send(request("GET", "object_info/" + url_escape(class_name)), std::move(stop)).body;
}

std::vector<std::string> server_api::models(const std::string& folder, std::stop_token stop) {
    const auto made = request("GET", "models/" + url_escape(folder));
    const auto reply = http_.send(made, std::move(stop));
    if (reply.status == 404) return {};
    if (auto failed = reply_error(made, reply)) throw *failed;
    const auto whole = read_json(reply.body);
    return texts_of(whole ? &*whole : nullptr);
}

bool server_api::has_jobs(std::stop_token stop) {
    const auto reply =
        http_.send(request("GET", std::string("api/jobs/") + no_prompt), std::move(stop));
    const auto whole = read_json(reply.body);
    return reply.status == 404 && whole && whole->is_object();
}

prompt_reply server_api::submit(const prompt_graph& graph, const std::string& attempt_id,
                                const std::string& client_id, std::stop_token stop) {
    auto made = request("POST", "prompt");
    made.headers.push_back({"Content-Type", "application/json"});
    made.facts.idempotent = false;
    made.deadline = submit_deadline;
    made.body = json::serialize(
        json::object{{"prompt", graph.nodes},
                     {"client_id", client_id},
                     {"prompt_id", attempt_id},
                     {"extra_data", {{mark_key, attempt_id}, {"preview_method", "latent2rgb"}}}});
    const auto reply = http_.send(made, std::move(stop));
    if (reply.status == 200 || reply.status == 400) {
        if (auto read = read_prompt_reply(reply.status, reply.body, graph.save_node)) return *read;
    }
    if (auto failed = reply_error(made, reply)) throw *failed;
    throw failure(failure_class::ambiguous, errc::unavailable, connection_words, address_.label,
                  "answered the prompt with something unreadable");
}

std::optional<history_entry> server_api::history(const prompt_key& key, std::stop_token stop) {
    const auto reply = send(request("GET", "history/" + url_escape(key.prompt)), std::move(stop));
    auto read = read_history(reply.body, key.prompt, key.save_node);
    if (!read.known) not_comfyui("answers with a history that cannot be read");
    return std::move(read.entry);
}

std::optional<history_entry> server_api::history_by_mark(const prompt_key& key,
                                                         std::stop_token stop) {
    const auto path = fmt::format("history?max_items={}", entries_searched);
    const auto reply = send(request("GET", path), std::move(stop));
    auto read = read_history_by_mark(reply.body, key.mark, key.save_node);
    if (!read.known) not_comfyui("answers with a history that cannot be read");
    return std::move(read.entry);
}

queue_place server_api::read_place(const http_request& made, const prompt_key& key,
                                   std::stop_token stop) {
    const auto reply = send(made, std::move(stop));
    auto read = read_queue(reply.body, key.prompt, key.mark);
    if (!read) not_comfyui("answers with a queue that cannot be read");
    return *read;
}

queue_place server_api::queue(const prompt_key& key, std::stop_token stop) {
    return read_place(request("GET", "queue"), key, std::move(stop));
}

queue_place server_api::queue_now(const prompt_key& key) {
    auto made = request("GET", "queue");
    made.deadline = made.connect_timeout = cancel_deadline;
    return read_place(made, key, {});
}

std::string server_api::upload(const std::string& name, const std::string& png,
                               std::stop_token stop) {
    auto made = request("POST", "upload/image");
    made.form = {{"image", png, name, "image/png"},
                 {"overwrite", "true"},
                 {"type", "input"},
                 {"subfolder", upload_folder}};
    made.deadline = request_deadline;
    made.silence_max = transfer_silence;
    const auto reply = send(made, std::move(stop));
    const auto whole = read_json(reply.body);
    const auto stored = text_of(member(whole, "name"));
    const auto folder = text_of(member(whole, "subfolder"));
    if (stored.empty()) not_comfyui("did not take the reference picture");
    return folder.empty() ? stored : folder + "/" + stored;
}

std::string server_api::view(const file_name& file, std::stop_token stop) {
    const auto query =
        query_string({{"filename", file.name}, {"subfolder", file.subfolder}, {"type", file.type}});
    auto made = request("GET", "view?" + query);
    made.failure_words = download_words;
    made.facts.job_may_be_gone = true;
    made.deadline = request_deadline;
    made.silence_max = transfer_silence;
    made.reply_bytes_max = limits::image_bytes;
    return std::move(send(made, std::move(stop)).body);
}

void server_api::post_json(const std::string& path, const json::object& body) {
    auto made = request("POST", path);
    made.headers.push_back({"Content-Type", "application/json"});
    made.body = json::serialize(body);
    made.deadline = made.connect_timeout = cancel_deadline;
    http_.send(made, {});
}

void server_api::cancel_job(const std::string& prompt) {
    post_json("api/jobs/" + url_escape(prompt) + "/cancel", {});
}

void server_api::delete_pending(const std::string& prompt) {
    post_json("queue", {{"delete", {prompt}}});
}

void server_api::interrupt(const std::optional<std::string>& prompt) {
    post_json("interrupt", prompt ? json::object{{"prompt_id", *prompt}} : json::object{});
}

}  // namespace medusa::comfyui
