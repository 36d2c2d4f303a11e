#include "engine/comfyui/capabilities.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "core/text.hpp"
#include "engine/comfyui/recipe.hpp"

namespace medusa::comfyui {

namespace {

// The version whose source was read; the change itself is a little older.
constexpr std::string_view interrupts_by_id_since = "0.3.64";

std::optional<std::array<int, 3>> read_version(std::string_view text) {
    std::array<int, 3> read{};
    const auto parts = split(text, '.');
    for (std::size_t i = 0; i < read.size() && i < parts.size(); ++i) {
        const auto& part = parts[i];
        const auto [end, failed] = std::from_chars(part.data(), part.data() + part.size(), read[i]);
        if (failed != std::errc() || end == part.data()) return std::nullopt;
    }
    return read;
}

}  // namespace

bool is_at_least(std::string_view version, std::string_view least) {
    const auto have = read_version(version);
    return have && *have >= *read_version(least);
}

const node_info* node_catalog::find(const std::string& class_name, std::stop_token stop) {
    {
        const std::lock_guard lock(mutex_);
        const auto known = known_.find(class_name);
        if (known != known_.end()) return known->second ? &*known->second : nullptr;
    }
    auto told = read_node_info(api_.object_info(class_name, std::move(stop)), class_name);
    const std::lock_guard lock(mutex_);
    const auto& kept = known_.emplace(class_name, std::move(told)).first->second;
    return kept ? &*kept : nullptr;
}

std::vector<std::string> node_catalog::choices(const std::string& class_name,
                                               std::string_view input, std::stop_token stop) {
    const auto* node = find(class_name, std::move(stop));
    if (!node) return {};
    const auto found = node->inputs.find(input);
    return found == node->inputs.end() ? std::vector<std::string>() : found->second.choices;
}

bool server_profile::has_model(const std::string& name) const {
    const auto holds = [&](const std::vector<std::string>& list) {
        return std::ranges::find(list, name) != list.end();
    };
    return holds(offers.checkpoints) || holds(offers.diffusion_models);
}

std::unique_ptr<server_profile> probe_server(server_api& api, std::stop_token stop) {
    auto profile = std::make_unique<server_profile>();
    const auto stats = api.system_stats(stop);
    profile->label = api.address().label;
    auto& offers = profile->offers;
    offers.dialect = "comfyui";
    offers.version = harmless(text_of(member(member(&stats, "system"), "comfyui_version")), 40);
    offers.takes_workflows = true;
    profile->has_jobs = api.has_jobs(stop);
    profile->interrupts_by_id = is_at_least(offers.version, interrupts_by_id_since);

    profile->nodes = std::make_unique<node_catalog>(api);
    const auto choices = [&](const char* class_name, const char* input) {
        return profile->nodes->choices(class_name, input, stop);
    };
    offers.checkpoints = choices("CheckpointLoaderSimple", "ckpt_name");
    offers.diffusion_models = choices("UNETLoader", "unet_name");
    offers.samplers = choices("KSampler", "sampler_name");
    offers.schedulers = choices("KSampler", "scheduler");
    offers.loras = choices("LoraLoader", "lora_name");
    offers.upscalers = choices("UpscaleModelLoader", "model_name");
    for (const char* folder :
         {"text_encoders", "vae", "controlnet", "instantid", "pulid", "ipadapter", "clip_vision"}) {
        profile->files[folder] = api.models(folder, stop);
    }
    offers.identity_methods = usable_methods(*profile, stop);
    return profile;
}

}  // namespace medusa::comfyui
