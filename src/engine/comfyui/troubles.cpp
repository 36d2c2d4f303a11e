#include "engine/comfyui/troubles.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/text.hpp"

namespace medusa::comfyui {

std::string_view called(std::string_view input) {
    static constexpr std::pair<std::string_view, std::string_view> names[] = {
        {"sampler_name", "sampler"},
        {"ckpt_name", "model"},
        {"unet_name", "model"},
        {"lora_name", "LoRA"},
        {"vae_name", "VAE"},
        {"clip_name", "text encoder"},
        {"clip_name1", "text encoder"},
        {"clip_name2", "text encoder"},
        {"control_net_name", "ControlNet"},
        {"model_name", "model"},
    };
    const auto* row =
        std::ranges::find(names, input, &std::pair<std::string_view, std::string_view>::first);
    return row == std::end(names) ? input : row->second;
}

std::string suggestion(const std::string& value, const std::vector<std::string>& takes) {
    constexpr std::size_t shown_max = 5;
    if (const auto near = nearest(value, takes); !near.empty()) {
        return fmt::format("Did you mean '{}'?", harmless(near));
    }
    if (takes.empty()) return {};
    std::string list;
    for (std::size_t i = 0; i < std::min(shown_max, takes.size()); ++i) {
        list += (i ? ", " : "") + harmless(takes[i]);
    }
    return fmt::format("It has {}{}", list, takes.size() > shown_max ? " and more" : "");
}

error failure(failure_class kind, errc code, std::string_view words, const std::string& label,
              std::string_view what, std::string advice) {
    return {code, remote_failure{.kind = kind}, fmt::format("{}: {} {}", words, label, what),
            std::move(advice), label};
}

namespace {

std::string quoted(const trouble& found) {
    return found.said.empty() ? std::string() : fmt::format(" ({})", found.said);
}

error permanent(const trouble& found, const std::string& label, const std::string& what,
                const std::string& advice) {
    return failure(failure_class::permanent, errc::invalid_argument, connection_words, label,
                   what + (found.value.empty() ? quoted(found) : ""), advice);
}

std::string about_node(const trouble& found) {
    return found.node.empty() ? std::string() : fmt::format(" in its node {}", found.node);
}

}  // namespace

error error_of(const trouble& found, const std::string& label) {
    switch (found.kind) {
        case trouble_kind::missing_model:
            return permanent(found, label,
                             fmt::format("has no {} '{}'", called(found.input), found.value),
                             suggestion(found.value, found.takes));
        case trouble_kind::missing_node:
            return permanent({}, label, fmt::format("has no node {}", found.node),
                             "Install the pack that brings it, or use another workflow");
        case trouble_kind::bad_value:
            return permanent(
                found, label,
                fmt::format("does not take '{}' as {}", found.value, called(found.input)),
                suggestion(found.value, found.takes));
        case trouble_kind::bad_graph:
            return permanent(found, label, "refused the graph" + about_node(found),
                             "Update ComfyUI, or check the workflow there");
        case trouble_kind::bad_id:
            return permanent(found, label, "does not take our prompt id", "");
        case trouble_kind::out_of_memory:
            return failure(failure_class::transient, errc::unavailable, connection_words, label,
                           "ran out of GPU memory",
                           "Ask for a smaller picture, or use a pod with more memory");
        case trouble_kind::no_face:
        case trouble_kind::missing_parts:
            return permanent(found, label, "could not use the reference picture", "");
        case trouble_kind::no_picture:
            return permanent(found, label, "finished without a picture",
                             "Look at the log of the server");
        case trouble_kind::failed_node:
            break;
    }
    return failure(failure_class::permanent, errc::unavailable, connection_words, label,
                   "failed" + about_node(found) + quoted(found), "Look at the log of the server");
}

}  // namespace medusa::comfyui
