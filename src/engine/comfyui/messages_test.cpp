// What a server says, as recorded and as invented; and each recorded exchange as a whole, through
// messages and protocol, to the end that its README notes.
#include "engine/comfyui/messages.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "engine/comfyui/protocol.hpp"

namespace medusa::comfyui {
namespace {

namespace json = boost::json;

json::value recording(const std::string& name) {
    const std::string path =
        std::string(MEDUSA_ROOT) + "/tests/data/recordings/comfyui-0.3.64/" + name + ".json";
    std::ifstream file(path);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const auto read = read_json(text);
    EXPECT_TRUE(read) << path;
    return read.value_or(nullptr);
}

struct replayed {
    std::string asked;  // the id that we sent
    std::optional<prompt_reply> reply;
    prompt_protocol watched{"", false, milliseconds{0}};
    int previews = 0;
    int frames_unread = 0;
};

std::string base64_bytes(const std::string& text) {
    static constexpr std::string_view letters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string bytes;
    unsigned bits = 0;
    int have = 0;
    for (const char letter : text) {
        const auto value = letters.find(letter);
        if (value == std::string_view::npos) break;
        bits = bits << 6 | static_cast<unsigned>(value);
        have += 6;
        if (have >= 8) bytes += static_cast<char>(bits >> (have -= 8) & 0xFF);
    }
    return bytes;
}

void replay_frame(replayed& all, const json::value& event, milliseconds now) {
    std::optional<frame> read;
    if (const auto* text = member(&event, "ws_text")) {
        read = read_frame(json::serialize(*text));
        const std::string type = text_of(member(text, "type"));
        if (!read && type != "progress_state" && type != "execution_cached") ++all.frames_unread;
    } else if (const auto* head = member(&event, "ws_binary_head_base64")) {
        const auto bytes = base64_bytes(text_of(head));
        read = read_frame(std::as_bytes(std::span(bytes)));
        if (read && read->what == frame::kind::preview) ++all.previews;
    }
    if (read) all.watched.see(*read, now);
}

// `which` of the prompts of that recording (0: the first).
replayed replay(const std::string& name, int which = 0) {
    replayed all;
    const auto whole = recording(name);
    for (std::size_t i = 0; const auto* event = element(member(&whole, "events"), i); ++i) {
        const milliseconds now(static_cast<int>(1'000 * *number_of(member(event, "t"))));
        const std::string http = text_of(member(event, "http"));
        const auto body = member(event, "body") ? json::serialize(*member(event, "body")) : "";
        if (http == "POST /prompt" && which-- == 0) {
            all.asked = text_of(member(member(event, "request"), "prompt_id"));
            all.reply =
                read_prompt_reply(static_cast<int>(*number_of(member(event, "status"))), body, "9");
            all.watched = prompt_protocol(all.asked, false, now);
            all.watched.listening(true, now);
            if (all.reply && !all.reply->refused) all.watched.accepted(all.reply->prompt, now);
        }
        replay_frame(all, *event, now);
        if (http.starts_with("GET /history/" + all.asked) && !all.asked.empty()) {
            all.watched.next(now, 0.5);
            all.watched.see(read_history(body, all.asked, "9").entry, now);
        }
        if (http == "GET /queue") {
            const auto place = read_queue(body, all.asked, {});
            EXPECT_TRUE(place);
            if (place && all.reply) all.watched.see(*place, now);
        }
    }
    EXPECT_EQ(all.frames_unread, 0);
    return all;
}

TEST(recordings, pictures_end_with_the_file_of_our_save_node) {
    struct row {
        const char* name;
        const char* file;
        bool previews;
    };
    for (const auto& [name, file, previews] :
         {row{"txt2img", "job1_00001_.png", false},
          row{"txt2img-identical-resubmitted-cached", "job1_00001_.png", false},
          row{"txt2img-same-graph-other-prefix", "job2_00001_.png", false},
          row{"txt2img-with-previews", "job10_00001_.png", true},
          row{"img2img-from-uploaded-reference", "job6_00001_.png", false},
          row{"prompt-id-that-is-no-uuid", "job9_00002_.png", true},
          row{"pending-deleted", "job4_00001_.png", false}}) {
        SCOPED_TRACE(name);
        const auto all = replay(name);
        EXPECT_EQ(all.watched.ended(), prompt_protocol::ending::finished);
        ASSERT_EQ(all.watched.entry().files.size(), 1u);
        EXPECT_EQ(all.watched.entry().files[0].name, file);
        EXPECT_EQ(all.watched.entry().files[0].subfolder, "medusa");
        EXPECT_EQ(all.previews > 0, previews);
        EXPECT_EQ(all.reply->prompt, all.asked);
    }
}

TEST(recordings, interrupted_and_failed_are_told_apart) {
    EXPECT_EQ(replay("interrupted").watched.ended(), prompt_protocol::ending::interrupted);
    const auto failed = replay("execution-error");
    EXPECT_EQ(failed.watched.ended(), prompt_protocol::ending::failed);
    ASSERT_TRUE(failed.watched.entry().why);
    EXPECT_EQ(failed.watched.entry().why->kind, trouble_kind::failed_node);
    EXPECT_EQ(failed.watched.entry().why->node, "LoadImage");
    EXPECT_NE(failed.watched.entry().why->said.find("cannot identify image file"),
              std::string::npos);
}

TEST(recordings, a_deleted_prompt_has_no_history_and_is_lost_after_another_look) {
    auto all = replay("pending-deleted", 1);
    EXPECT_EQ(all.watched.ended(), prompt_protocol::ending::none);
    milliseconds now{60'000};
    for (int i = 0; i < 10 && all.watched.ended() == prompt_protocol::ending::none; ++i) {
        const auto todo = all.watched.next(now, 0.5);
        now = std::max(now, todo.at);
        if (todo.what == prompt_protocol::step::ask_history) {
            all.watched.see(read_history("{}", all.asked, "9").entry, now);
        }
        if (todo.what == prompt_protocol::step::ask_queue) {
            all.watched.see(
                *read_queue(R"({"queue_running":[],"queue_pending":[]})", all.asked, {}), now);
        }
    }
    EXPECT_EQ(all.watched.ended(), prompt_protocol::ending::lost);
}

TEST(recordings, refusals_say_what_is_wrong) {
    struct row {
        const char* name;
        trouble_kind kind;
        const char* node;
        const char* input;
    };
    for (const auto& [name, kind, node, input] :
         {row{"rejected-missing-input", trouble_kind::bad_graph, "KSampler", "cfg"},
          row{"rejected-no-output", trouble_kind::bad_graph, "", ""},
          row{"rejected-unknown-checkpoint", trouble_kind::missing_model, "CheckpointLoaderSimple",
              "ckpt_name"},
          row{"rejected-unknown-node", trouble_kind::missing_node, "NoSuchNode", ""}}) {
        SCOPED_TRACE(name);
        const auto all = replay(name);
        ASSERT_TRUE(all.reply && all.reply->refused);
        EXPECT_EQ(all.reply->refused->kind, kind);
        EXPECT_EQ(all.reply->refused->node, node);
        EXPECT_EQ(all.reply->refused->input, input);
    }
    const auto model = replay("rejected-unknown-checkpoint");
    EXPECT_EQ(model.reply->refused->value, "nope.safetensors");
    EXPECT_EQ(model.reply->refused->takes, std::vector<std::string>{"diving.safetensors"});
}

TEST(messages, an_accepted_prompt_whose_picture_was_dropped_is_refused) {
    const std::string dropped =
        R"({"prompt_id":"1","number":0,"node_errors":{"4":{"errors":[{"type":"value_not_in_list",
        "extra_info":{"input_name":"ckpt_name","received_value":"x",
        "input_config":["COMBO",{"options":["y"]}]}}],"dependent_outputs":["9"],
        "class_type":"CheckpointLoaderSimple"}}})";
    const auto ours = read_prompt_reply(200, dropped, "9");
    ASSERT_TRUE(ours && ours->refused);
    EXPECT_EQ(ours->refused->kind, trouble_kind::missing_model);
    EXPECT_EQ(ours->refused->takes, std::vector<std::string>{"y"});
    const auto other = read_prompt_reply(200, dropped, "12");
    ASSERT_TRUE(other);
    EXPECT_FALSE(other->refused) << "the branch of another output";
    EXPECT_EQ(other->prompt, "1");
    EXPECT_FALSE(read_prompt_reply(200, R"({"prompt_id":"1","node_errors":[]})", "9")->refused);
}

TEST(messages, newer_refusals) {
    const auto node = read_prompt_reply(
        400, R"({"error":{"type":"missing_node_type","message":"Node 'Face' not found.",
             "extra_info":{"class_type":"ApplyPulid"}},"node_errors":[]})",
        "9");
    ASSERT_TRUE(node && node->refused);
    EXPECT_EQ(node->refused->kind, trouble_kind::missing_node);
    EXPECT_EQ(node->refused->node, "ApplyPulid");
    const auto id = read_prompt_reply(
        400, R"({"error":{"type":"invalid_prompt_id","message":"m"},"node_errors":{}})", "9");
    EXPECT_EQ(id->refused->kind, trouble_kind::bad_id);
}

TEST(messages, how_a_history_entry_ended) {
    const std::string file =
        R"("outputs":{"9":{"images":[{"filename":"a.png","subfolder":"","type":"output"}]}})";
    const std::string none = R"("outputs":{"12":{"images":[{"filename":"t","type":"temp"}]}})";
    const auto failed = [](const char* type, const char* text) {
        return std::string(R"(["execution_error",{"exception_type":")") + type +
               R"(","exception_message":")" + text + R"("}])";
    };
    using how = history_entry::ending;
    struct row {
        std::string outputs, messages;
        how ended;
        std::optional<trouble_kind> why;
    };
    for (const auto& [outputs, messages, ended, why] : {
             row{file, R"(["execution_success",{}])", how::success, {}},
             // A blocked branch says error, and the prompt goes on.
             row{file, failed("E", "m") + R"(,["execution_success",{}])", how::success, {}},
             // 0.3.64 says success for a loop that is found at run time.
             row{file, failed("E", "Dependency cycle"), how::failed, trouble_kind::failed_node},
             row{none, R"(["execution_success",{}])", how::failed, trouble_kind::no_picture},
             row{none, failed("torch.OutOfMemoryError", "m"), how::failed,
                 trouble_kind::out_of_memory},
             row{none, failed("E", "InsightFace: No face detected."), how::failed,
                 trouble_kind::no_face},
             row{none, failed("E", "ClipVision model not found."), how::failed,
                 trouble_kind::missing_parts},
             row{none, R"(["execution_interrupted",{}])", how::interrupted, {}},
             row{none, R"(["execution_start",{}])", how::failed, trouble_kind::failed_node},
         }) {
        const std::string body = R"({"p":{)" + outputs +
                                 R"(,"status":{"status_str":"success","messages":[)" + messages +
                                 "]}}}";
        SCOPED_TRACE(body);
        const auto read = read_history(body, "p", "9");
        ASSERT_TRUE(read.known && read.entry);
        EXPECT_EQ(read.entry->how, ended);
        ASSERT_EQ(read.entry->why.has_value(), why.has_value());
        if (why) {
            EXPECT_EQ(read.entry->why->kind, *why);
        }
    }
    EXPECT_EQ(read_history(R"({"p":{)" + file + R"(,"status":null}})", "p", "9").entry->how,
              how::success);
}

TEST(messages, what_is_no_answer_is_none) {
    std::string deep(200'000, '[');
    for (const std::string& body :
         {std::string(), std::string("<html>502</html>"), std::string("[]"), std::string("7"),
          std::string("null"), deep, std::string("{\"p\":"), std::string("\xff\xfe")}) {
        SCOPED_TRACE(body.substr(0, 20));
        EXPECT_FALSE(read_history(body, "p", "9").known);
        EXPECT_FALSE(read_queue(body, "p", "m"));
        EXPECT_FALSE(read_prompt_reply(200, body, "9"));
        EXPECT_FALSE(read_prompt_reply(400, body, "9"));
        EXPECT_FALSE(read_frame(body));
        EXPECT_FALSE(read_frame(std::as_bytes(std::span(body))));
    }
    EXPECT_FALSE(read_prompt_reply(200, R"({"prompt_id":")" + std::string(1'000, 'x') + "\"}", "9"))
        << "an id that no server gives";
    // The right shape with the wrong types everywhere.
    const auto odd =
        read_history(R"({"p":{"outputs":[1],"status":{"messages":{"a":1}}}})", "p", "9");
    EXPECT_EQ(odd.entry->how, history_entry::ending::failed);
    EXPECT_EQ(read_queue(R"({"queue_running":[1,[]],"queue_pending":[{}]})", "p", "m")->where,
              queue_place::state::absent);
    EXPECT_FALSE(read_frame(R"({"type":"executing","data":{"node":"3"}})"))
        << "after a reconnect the prompt is not named";
    EXPECT_EQ(read_frame(R"({"type":"progress","data":{"value":1e300,"max":"x"}})")->step, 0);
}

TEST(messages, the_place_in_the_queue) {
    const std::string body =
        R"({"queue_running":[[3,"r",{},{},["9"]]],
            "queue_pending":[[7,"c",{},{"medusa_attempt":"mine"}],[4,"a",{},{}],
                             [-5,"first",{},{}]]})";
    const auto by_id = read_queue(body, "a", {});
    EXPECT_EQ(by_id->where, queue_place::state::waiting);
    EXPECT_EQ(by_id->before, 2);
    EXPECT_EQ(by_id->head, "r");
    EXPECT_EQ(by_id->waiting, 3);
    const auto by_mark = read_queue(body, "no such id", "mine");
    EXPECT_EQ(by_mark->prompt, "c");
    EXPECT_EQ(by_mark->before, 3);
    EXPECT_EQ(read_queue(body, "r", {})->where, queue_place::state::running);
    EXPECT_EQ(read_queue(body, "x", {})->where, queue_place::state::absent);
}

TEST(messages, previews_with_and_without_their_prompt) {
    const std::string plain("\0\0\0\1\0\0\0\1JPEG", 12);
    const auto first = read_frame(std::as_bytes(std::span(plain)));
    ASSERT_TRUE(first);
    EXPECT_EQ(first->image, "JPEG");
    EXPECT_EQ(first->prompt, "");
    const std::string told = R"({"prompt_id":"p","node_id":"3"})";
    std::string with = std::string("\0\0\0\4\0\0\0", 7) + static_cast<char>(told.size()) + told;
    const std::string whole = with + "JPEG";
    const auto second = read_frame(std::as_bytes(std::span(whole)));
    ASSERT_TRUE(second);
    EXPECT_EQ(second->prompt, "p");
    with[4] = '\x7f';  // claims more than there is
    EXPECT_FALSE(read_frame(std::as_bytes(std::span(with))));
}

}  // namespace
}  // namespace medusa::comfyui
