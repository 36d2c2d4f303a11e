// What a ComfyUI server says, as plain values: frames of its WebSocket and replies of its routes.
//
// Pure functions on bytes that are not to be trusted: any thread, bounded work, and nothing thrown.
// What cannot be read gives an empty optional. Facts: ComfyUI 0.3.64 and newer, as recorded.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "net/reply_json.hpp"

namespace medusa::comfyui {

// A file that a node wrote, as /view wants it.
struct file_name {
    std::string name;
    std::string subfolder;
    std::string type;  // "output", "temp" or "input"
    friend bool operator==(const file_name&, const file_name&) = default;
};

enum class trouble_kind {
    missing_model,  // a file that the graph names is not on the server
    missing_node,   // a class of nodes is not installed
    bad_value,      // another value that the server does not take
    bad_graph,      // no output, a missing input, a loop ...
    bad_id,         // the server does not take our prompt id
    out_of_memory,  // of the GPU
    no_face,        // in the reference picture
    missing_parts,  // files that an identity node looks for only when it runs
    no_picture,     // it ended well, but our SaveImage node has no file
    failed_node,    // a node failed for another reason
};

struct trouble {
    trouble_kind kind = trouble_kind::failed_node;
    std::string said{};                // the server's own words, harmless(); may be empty
    std::string node{};                // class of the node, empty if not known
    std::string input{};               // of that node, empty if not known
    std::string value{};               // that was not taken
    std::vector<std::string> takes{};  // instead of it, where the server says so
};

struct frame {
    enum class kind {
        queue,        // somebody's prompt came or went
        started,      // prompt
        node,         // prompt, node: this one runs now
        step,         // prompt, node, step, steps
        saved,        // prompt, node: it has outputs
        success,      // prompt: done, but the history is not written yet
        over,         // prompt: done, and the history is written
        error,        // prompt: a node failed, perhaps the prompt goes on
        interrupted,  // prompt
        preview,      // image, and prompt where the server says so
    };
    kind what = kind::queue;
    std::string prompt{};
    std::string node{};
    int step = 0;
    int steps = 0;
    std::string_view image{};  // JPEG or PNG, inside the bytes that were read
};

// Larger texts are error reports with dumps of tensors; the history has what matters of them.
inline constexpr std::size_t frame_text_bytes_max = std::size_t{1} << 20;

std::optional<frame> read_frame(std::string_view text);
std::optional<frame> read_frame(std::span<const std::byte> bytes);

// The reply of POST /prompt.
struct prompt_reply {
    std::string prompt;  // the server's own id, empty if it was refused
    std::optional<trouble> refused;
};
// `save_node`: of a graph that was accepted in parts, the part with it must be among them.
std::optional<prompt_reply> read_prompt_reply(int status, std::string_view body,
                                              std::string_view save_node);

// One entry of the history: the prompt is over.
struct history_entry {
    enum class ending { success, failed, interrupted };
    ending how = ending::success;
    std::vector<file_name> files;  // of the SaveImage node, in order
    std::optional<trouble> why;    // when it failed
    std::string prompt;            // its id on the server
};

// The entry of `prompt` in a reply of GET /history/{id}. `known` is false when the body is no
// history at all, else an empty entry means that the key is absent.
struct history_reply {
    bool known = false;
    std::optional<history_entry> entry;
};
history_reply read_history(std::string_view body, std::string_view prompt,
                           std::string_view save_node);
// The same in a reply of GET /history?max_items=..., by our mark in extra_data.
history_reply read_history_by_mark(std::string_view body, std::string_view mark,
                                   std::string_view save_node);

// Where a prompt is in a reply of GET /queue.
struct queue_place {
    enum class state { absent, waiting, running };
    state where = state::absent;
    std::string prompt;  // its id on the server
    int before = 0;      // prompts that run or wait before it
    std::string head;    // what the server runs now, empty if nothing
    int running = 0;     // of everybody
    int waiting = 0;
};
// By id, or by our mark in extra_data where the server gave it another id (mark not empty).
std::optional<queue_place> read_queue(std::string_view body, std::string_view prompt,
                                      std::string_view mark);

// The member of extra_data that holds the attempt's id.
inline constexpr std::string_view mark_key = "medusa_attempt";

}  // namespace medusa::comfyui
