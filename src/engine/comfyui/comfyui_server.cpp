#include "engine/comfyui/comfyui_server.hpp"

#include <map>
#include <mutex>

#include "card/png.hpp"
#include "core/hash.hpp"
#include "engine/comfyui/prompt_run.hpp"
#include "engine/comfyui/recipe.hpp"
#include "engine/comfyui/troubles.hpp"
#include "engine/comfyui/workflow.hpp"

namespace medusa {

namespace {

using namespace comfyui;

// Every template calls its SaveImage node so.
constexpr const char* template_save_node = "9";
constexpr std::size_t uploads_remembered_max = 1'024;

// All that is decided before a prompt is sent.
struct plan {
    prompt_graph graph;
    std::string model;
    std::string identity_method;
    std::string reference_image_id;
    std::vector<std::string> notes;
    bool own_size = true;  // the graph draws in the size that was asked for
};

class comfyui_server final : public image_server {
public:
    comfyui_server(server_address address, comfyui_parts parts)
        : address_(std::move(address)),
          parts_(std::move(parts)),
          api_(parts_.http, address_, parts_.time),
          feed_(parts_.sockets, address_, parts_.ids, parts_.time, parts_.random) {}

    const server_address& address() const override { return address_; }

    server_capabilities probe(std::stop_token stop) override { return renew(stop)->offers; }

    server_load load(std::stop_token stop) override {
        const auto place = api_.queue({}, stop);
        return {.running = place.running, .waiting = place.waiting};
    }

    std::optional<picture> run(const attempt_order& order, const progress_sink& progress,
                               std::stop_token stop) override {
        const auto offered = profile(stop);
        auto made = prepare(order, *offered, false, stop);
        if (!made) return std::nullopt;
        prompt_run prompt(shared(), *offered, order, made->graph.save_node, progress, stop);
        auto refused = prompt.submit(made->graph);
        if (refused && refused->node == "LoadImage") {
            // The server lost a file that it once had. Nothing was queued: it may be sent again.
            made = prepare(order, *offered, true, stop);
            refused = prompt.submit(made->graph);
        }
        if (refused) {
            forget_profile();
            throw error_of(*refused, address_.label);
        }
        return finished(prompt.follow(), order, *made, *offered);
    }

    std::optional<picture> resume(const attempt_order& order, const progress_sink& progress,
                                  std::stop_token stop) override {
        const auto offered = profile(stop);
        const auto made = remember(order, *offered);
        prompt_run prompt(shared(), *offered, order, made.graph.save_node, progress, stop);
        return finished(prompt.follow(), order, made, *offered);
    }

private:
    // Shared, because a run goes on with what it began with while another one has it renewed.
    using shared_profile = std::shared_ptr<const server_profile>;

    run_parts shared() {
        return {api_, feed_, parts_.time, parts_.random, {.still_max = parts_.still_max}};
    }

    shared_profile renew(std::stop_token stop) {
        shared_profile fresh = probe_server(api_, std::move(stop));
        const std::lock_guard lock(mutex_);
        return profile_ = fresh;
    }

    shared_profile profile(std::stop_token stop) {
        {
            const std::lock_guard lock(mutex_);
            if (profile_) return profile_;
        }
        return renew(std::move(stop));
    }

    void forget_profile() {
        const std::lock_guard lock(mutex_);
        profile_.reset();
    }

    std::optional<plan> prepare(const attempt_order& order, const server_profile& offered,
                                bool upload_again, std::stop_token stop);
    plan remember(const attempt_order& order, const server_profile& offered) const;
    std::string uploaded(const reference_picture& reference, bool again, std::stop_token stop);
    std::optional<picture> finished(std::optional<std::string> png, const attempt_order& order,
                                    const plan& made, const server_profile& offered) const;

    server_address address_;
    comfyui_parts parts_;
    server_api api_;
    feed feed_;
    std::mutex mutex_;
    shared_profile profile_;
    std::map<std::string, std::string> uploads_;  // image id to the server's name of it
};

// A user's graph uses the reference in its own way, or not at all.
std::string method_of(const attempt_order& order) {
    const auto& workflow = order.request.workflow;
    if (workflow) return asks_for(*workflow, "reference") ? "workflow" : "seed";
    return order.identity_method.empty() ? "seed" : order.identity_method;
}

graph_values request_values(const attempt_order& order) {
    const auto& request = order.request;
    return {{"prompt", request.prompt},
            {"negative_prompt", request.negative_prompt},
            {"seed", request.seed},
            {"save_prefix", save_prefix(order.attempt_id)}};
}

std::string comfyui_server::uploaded(const reference_picture& reference, bool again,
                                     std::stop_token stop) {
    if (!again) {
        const std::lock_guard lock(mutex_);
        const auto known = uploads_.find(reference.image_id);
        if (known != uploads_.end()) return known->second;
    }
    const auto png = reference.read();
    auto name = api_.upload(sha256_hex(png) + ".png", png, std::move(stop));
    const std::lock_guard lock(mutex_);
    if (uploads_.size() >= uploads_remembered_max) uploads_.clear();
    uploads_[reference.image_id] = name;
    return name;
}

std::optional<plan> comfyui_server::prepare(const attempt_order& order,
                                            const server_profile& offered, bool upload_again,
                                            std::stop_token stop) {
    const auto& request = order.request;
    auto values = request_values(order);
    plan made;
    made.identity_method = method_of(order);
    const auto add = [&](const graph_values& more) {
        for (const auto& [name, value] : more) values[name] = value;
    };
    const auto add_reference = [&] {
        if (!request.reference) return;
        values["reference"] = uploaded(*request.reference, upload_again, stop);
        made.reference_image_id = request.reference->image_id;
    };
    if (request.workflow) {
        add(values_of({{"model", order.model}}, request.settings));
        if (asks_for(*request.workflow, "reference")) add_reference();
        made.graph = graph_from_workflow(*request.workflow, values, save_prefix(order.attempt_id));
        made.own_size = false;
        made.model = asks_for(*request.workflow, "model") ? order.model : std::string();
    } else {
        const auto chosen =
            choose_recipe(offered, order.identity_method, order.model, request.settings);
        if (!chosen || (chosen->uses_reference && !request.reference)) return std::nullopt;
        add(values_of(chosen->files, request.settings));
        std::string text = request.prompt;
        const auto loras = take_loras(text, offered.offers.loras, address_.label);
        values["prompt"] = text;
        if (chosen->uses_reference) add_reference();
        made.graph = graph_from_template(chosen->template_name, values, loras);
        made.model = chosen->model;
        made.notes = chosen->notes;
    }
    const auto nodes = [&](const std::string& name) { return offered.nodes->find(name, stop); };
    complete_graph(made.graph.nodes, nodes, address_.label);
    return made;
}

// What prepare() decided when the prompt was sent, as far as its end needs it.
plan comfyui_server::remember(const attempt_order& order, const server_profile& offered) const {
    plan made;
    made.graph.save_node = template_save_node;
    made.model = order.model;
    made.identity_method = method_of(order);
    const auto& request = order.request;
    const bool had_reference = made.identity_method != "seed" && request.reference;
    if (had_reference) made.reference_image_id = request.reference->image_id;
    if (request.workflow) {
        graph_values values = request_values(order);
        values["reference"] = "";
        made.graph = graph_from_workflow(*request.workflow, values, {});
        made.own_size = false;
    } else if (offered.has_model(order.model)) {
        const auto chosen =
            choose_recipe(offered, order.identity_method, order.model, request.settings);
        if (chosen) made.model = chosen->model;
    }
    return made;
}

std::optional<picture> comfyui_server::finished(std::optional<std::string> png,
                                                const attempt_order& order, const plan& made,
                                                const server_profile& offered) const {
    if (!png) return std::nullopt;
    const auto told = read_png(*png);
    const auto& settings = order.request.settings;
    if (made.own_size && (told.width != settings.width || told.height != settings.height)) {
        throw failure(failure_class::permanent, errc::unavailable, download_words, address_.label,
                      "sent a picture of another size than was asked for",
                      "Look at the log of the server");
    }
    picture drawn;
    drawn.png = std::move(*png);
    drawn.width = told.width;
    drawn.height = told.height;
    drawn.engine = "comfyui";
    drawn.engine_version = offered.offers.version;
    drawn.model = made.model;
    drawn.identity_method = made.identity_method;
    drawn.reference_image_id = made.reference_image_id;
    drawn.source_type = "trainedAlgorithmicMedia";
    drawn.notes = made.notes;
    return drawn;
}

}  // namespace

std::unique_ptr<image_server> make_comfyui_server(server_address address, comfyui_parts parts) {
    return std::make_unique<comfyui_server>(std::move(address), std::move(parts));
}

bool is_comfyui(const server_address& address, http_client& http, std::stop_token stop) {
    return server_api(http, address, system_timer()).is_comfyui(std::move(stop));
}

}  // namespace medusa
