#include "engine/comfyui/messages.hpp"

#include <algorithm>
#include <cmath>

#include "core/text.hpp"

namespace medusa::comfyui {

namespace json = boost::json;

namespace {

// Where the type of a frame is written: at its beginning.
constexpr std::size_t type_bytes = 40;
// Of an id that a server gives to a prompt.
constexpr std::size_t id_bytes_max = 200;

bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

int small_int(const json::value* from) {
    const auto number = number_of(from);
    if (!number || !(*number >= 0) || *number > 1e6) return 0;
    return static_cast<int>(std::lround(*number));
}

frame of(frame::kind what, const json::value* data) {
    frame made;
    made.what = what;
    made.prompt = text_of(member(data, "prompt_id"));
    made.node = text_of(member(data, "node"));
    return made;
}

// {"type": "executing"}: of a node, or with null for node the end of a prompt. After a reconnect a
// server names the running node without its prompt.
std::optional<frame> read_executing(const json::value* data) {
    const auto* node = member(data, "node");
    if (!node || !member(data, "prompt_id")) return std::nullopt;
    return of(node->is_null() ? frame::kind::over : frame::kind::node, data);
}

frame read_step(const json::value* data) {
    frame made = of(frame::kind::step, data);
    made.step = small_int(member(data, "value"));
    made.steps = small_int(member(data, "max"));
    return made;
}

}  // namespace

std::optional<frame> read_frame(std::string_view text) {
    if (text.size() > frame_text_bytes_max) return std::nullopt;
    // Half of all frames, the longest ones, and what they say is said by others too.
    if (contains(text.substr(0, type_bytes), "\"progress_state\"")) return std::nullopt;
    const auto whole = read_json(text);
    if (!whole) return std::nullopt;
    const std::string type = text_of(member(whole, "type"));
    const auto* data = member(whole, "data");
    if (type == "status") return of(frame::kind::queue, data);
    if (type == "execution_start") return of(frame::kind::started, data);
    if (type == "executing") return read_executing(data);
    if (type == "progress") return read_step(data);
    if (type == "executed") return of(frame::kind::saved, data);
    if (type == "execution_success") return of(frame::kind::success, data);
    if (type == "execution_error") return of(frame::kind::error, data);
    if (type == "execution_interrupted") return of(frame::kind::interrupted, data);
    return std::nullopt;
}

std::optional<frame> read_frame(std::span<const std::byte> bytes) {
    const std::string_view all(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    const auto word = [&](std::size_t at) {
        std::uint32_t value = 0;
        for (std::size_t i = at; i < at + 4; ++i) {
            value = value << 8 | static_cast<unsigned char>(all[i]);
        }
        return value;
    };
    if (all.size() < 8) return std::nullopt;
    frame made;
    made.what = frame::kind::preview;
    if (word(0) == 1) {  // [1][format][image]
        made.image = all.substr(8);
        return made;
    }
    if (word(0) != 4) return std::nullopt;  // [4][length][metadata][image]
    const std::size_t length = word(4);
    if (length > all.size() - 8) return std::nullopt;
    const auto told = read_json(all.substr(8, length));
    if (!told) return std::nullopt;
    made.prompt = text_of(member(told, "prompt_id"));
    made.node = text_of(member(told, "node_id"));
    made.image = all.substr(8 + length);
    return made;
}

namespace {

// Inputs of loaders that name files in the server's model folders.
bool names_a_model(std::string_view input) {
    static constexpr std::string_view endings[] = {
        "ckpt_name",        "unet_name",      "lora_name",  "vae_name",   "clip_name",
        "clip_name1",       "clip_name2",     "clip_name3", "model_name", "control_net_name",
        "style_model_name", "instantid_file", "pulid_file"};
    return std::ranges::find(endings, input) != std::end(endings);
}

trouble read_node_error(const json::value* node, const json::value* first) {
    const std::string type = text_of(member(first, "type"));
    const auto* extra = member(first, "extra_info");
    trouble found{.kind = trouble_kind::bad_graph,
                  .said = harmless(text_of(member(first, "message")) + ": " +
                                   text_of(member(first, "details"))),
                  .node = harmless(text_of(member(node, "class_type"))),
                  .input = harmless(text_of(member(extra, "input_name")))};
    found.value = harmless(text_of(member(extra, "received_value")));
    const bool refused_value = type == "value_not_in_list" || type == "value_smaller_than_min" ||
                               type == "value_bigger_than_max" || type == "invalid_input_type" ||
                               type == "custom_validation_failed";
    if (refused_value) found.kind = trouble_kind::bad_value;
    if (type == "value_not_in_list") {
        if (names_a_model(found.input)) found.kind = trouble_kind::missing_model;
        const auto* config = member(extra, "input_config");
        found.takes = texts_of(element(config, 0));
        if (found.takes.empty()) found.takes = texts_of(member(element(config, 1), "options"));
    }
    return found;
}

// The first of the node errors that keeps `save_node` from running; any if it is empty.
std::optional<trouble> read_node_errors(const json::value* node_errors,
                                        std::string_view save_node) {
    const auto* nodes = node_errors ? node_errors->if_object() : nullptr;
    if (!nodes) return std::nullopt;  // some versions say [] for none
    for (const auto& [id, node] : *nodes) {
        const auto outputs = texts_of(member(&node, "dependent_outputs"));
        const bool ours = save_node.empty() || std::string_view(id) == save_node ||
                          std::ranges::find(outputs, save_node) != outputs.end();
        if (ours) return read_node_error(&node, element(member(&node, "errors"), 0));
    }
    return std::nullopt;
}

trouble read_refusal(const json::value* body) {
    const auto* error = member(body, "error");
    const std::string type = text_of(member(error, "type"));
    trouble found{.kind = trouble_kind::bad_graph,
                  .said = harmless(text_of(member(error, "message")))};
    if (type == "invalid_prompt_id") found.kind = trouble_kind::bad_id;
    if (type == "missing_node_type") {
        found.kind = trouble_kind::missing_node;
        found.node = harmless(text_of(member(member(error, "extra_info"), "class_type")));
    }
    // 0.3.64: "Cannot execute because node X does not exist."
    constexpr std::string_view before = "because node ";
    constexpr std::string_view after = " does not exist";
    const auto begin = found.said.find(before);
    const auto end = found.said.find(after);
    if (type == "invalid_prompt" && begin != std::string::npos && end != std::string::npos &&
        begin + before.size() < end) {
        found.kind = trouble_kind::missing_node;
        found.node = found.said.substr(begin + before.size(), end - begin - before.size());
    }
    return found;
}

}  // namespace

std::optional<prompt_reply> read_prompt_reply(int status, std::string_view body,
                                              std::string_view save_node) {
    const auto whole = read_json(body);
    if (!whole || !whole->is_object()) return std::nullopt;
    prompt_reply reply;
    if (status == 200) {
        reply.prompt = text_of(member(whole, "prompt_id"));
        if (reply.prompt.empty() || reply.prompt.size() > id_bytes_max) return std::nullopt;
        reply.refused = read_node_errors(member(whole, "node_errors"), save_node);
        return reply;
    }
    if (!member(whole, "error")) return std::nullopt;
    reply.refused = read_node_errors(member(whole, "node_errors"), {});
    if (!reply.refused) reply.refused = read_refusal(&*whole);
    return reply;
}

namespace {

trouble read_failure(const json::value* data) {
    const std::string message = text_of(member(data, "exception_message"));
    const std::string type = text_of(member(data, "exception_type"));
    const std::string lower = to_lower(is_valid_utf8(message) ? message : std::string());
    trouble found{.kind = trouble_kind::failed_node,
                  .said = harmless(message),
                  .node = harmless(text_of(member(data, "node_type")))};
    if (contains(type, "OutOfMemory") || contains(lower, "out of memory")) {
        found.kind = trouble_kind::out_of_memory;
    } else if (contains(lower, "no face")) {
        found.kind = trouble_kind::no_face;
    } else if (contains(lower, "model not found")) {
        // "ClipVision model not found.", "LoRA model not found.": of the identity nodes.
        found.kind = trouble_kind::missing_parts;
    }
    return found;
}

std::vector<file_name> read_files(const json::value* output) {
    std::vector<file_name> files;
    const auto* images = member(output, "images");
    for (std::size_t i = 0; const auto* image = element(images, i); ++i) {
        file_name file{text_of(member(image, "filename")), text_of(member(image, "subfolder")),
                       text_of(member(image, "type"))};
        if (!file.name.empty() && file.type == "output") files.push_back(std::move(file));
    }
    return files;
}

// How a prompt ended is told by the last word among its messages: the status is "error" for a
// failure and for an interruption alike, and can stay "success" after a failure.
history_entry read_entry(const json::value* entry, std::string prompt, std::string_view save_node) {
    history_entry read;
    read.prompt = std::move(prompt);
    read.files = read_files(member(member(entry, "outputs"), save_node));
    const auto* messages = member(member(entry, "status"), "messages");
    std::optional<trouble> failure;
    bool succeeded = !messages;  // old servers keep none; then the files alone speak
    bool interrupted = false;
    for (std::size_t i = 0; const auto* message = element(messages, i); ++i) {
        const std::string type = text_of(element(message, 0));
        succeeded = succeeded || type == "execution_success";
        if (type == "execution_error") failure = read_failure(element(message, 1));
        if (type == "execution_error" || type == "execution_interrupted") {
            interrupted = type == "execution_interrupted";
        }
    }
    if (succeeded && !read.files.empty()) return read;
    read.how = interrupted ? history_entry::ending::interrupted : history_entry::ending::failed;
    if (interrupted) return read;
    if (!failure && !succeeded) failure = trouble{.said = "it ended without saying why"};
    read.why = failure ? *failure : trouble{.kind = trouble_kind::no_picture};
    return read;
}

bool has_mark(const json::value* extra_data, std::string_view mark) {
    return !mark.empty() && text_of(member(extra_data, mark_key)) == mark;
}

}  // namespace

history_reply read_history(std::string_view body, std::string_view prompt,
                           std::string_view save_node) {
    const auto whole = read_json(body);
    history_reply reply{.known = whole && whole->is_object(), .entry = std::nullopt};
    if (!reply.known) return reply;
    const auto* entry = member(whole, prompt);
    if (entry) reply.entry = read_entry(entry, std::string(prompt), save_node);
    return reply;
}

history_reply read_history_by_mark(std::string_view body, std::string_view mark,
                                   std::string_view save_node) {
    const auto whole = read_json(body);
    history_reply reply{.known = whole && whole->is_object(), .entry = std::nullopt};
    if (!reply.known) return reply;
    for (const auto& [id, entry] : whole->get_object()) {
        if (!has_mark(element(member(&entry, "prompt"), 3), mark)) continue;
        reply.entry = read_entry(&entry, std::string(id), save_node);
        return reply;
    }
    return reply;
}

std::optional<queue_place> read_queue(std::string_view body, std::string_view prompt,
                                      std::string_view mark) {
    const auto whole = read_json(body);
    const auto* running = member(whole, "queue_running");
    const auto* pending = member(whole, "queue_pending");
    if (!running || !pending || !running->is_array() || !pending->is_array()) return std::nullopt;
    const auto is_ours = [&](const json::value* item) {
        return text_of(element(item, 1)) == prompt || has_mark(element(item, 3), mark);
    };
    queue_place place;
    place.running = static_cast<int>(running->get_array().size());
    place.waiting = static_cast<int>(pending->get_array().size());
    place.head = text_of(element(element(running, 0), 1));
    for (std::size_t i = 0; const auto* item = element(running, i); ++i) {
        if (!is_ours(item)) continue;
        place.where = queue_place::state::running;
        place.prompt = text_of(element(item, 1));
    }
    // The list is in the order of a heap; the lower number runs first.
    const json::value* ours = nullptr;
    for (std::size_t i = 0; const auto* item = element(pending, i); ++i) {
        if (is_ours(item)) ours = item;
    }
    if (!ours) return place;
    place.where = queue_place::state::waiting;
    place.prompt = text_of(element(ours, 1));
    place.before = place.running;
    const double number = number_of(element(ours, 0)).value_or(0);
    for (std::size_t i = 0; const auto* item = element(pending, i); ++i) {
        if (number_of(element(item, 0)).value_or(0) < number) ++place.before;
    }
    return place;
}

}  // namespace medusa::comfyui
