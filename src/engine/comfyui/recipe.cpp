#include "engine/comfyui/recipe.hpp"

#include <algorithm>
#include <cmath>

#include "core/text.hpp"
#include "engine/comfyui/troubles.hpp"

namespace medusa::comfyui {

namespace {

// The servers do not say of which family a model is; its name usually does.
enum class family { sd15, sdxl, sd_unknown, flux, flux_checkpoint, other };

bool has_any(std::string_view text, std::initializer_list<std::string_view> parts) {
    return std::ranges::any_of(
        parts, [&](std::string_view part) { return text.find(part) != std::string_view::npos; });
}

family family_of(const server_profile& profile, const std::string& model) {
    const std::string name = to_lower(model);
    const bool is_flux = has_any(name, {"flux", "kontext"});
    const auto& loose = profile.offers.diffusion_models;
    const bool is_checkpoint =
        std::ranges::find(profile.offers.checkpoints, model) != profile.offers.checkpoints.end();
    if (!is_checkpoint && std::ranges::find(loose, model) != loose.end()) {
        return is_flux ? family::flux : family::other;
    }
    if (is_flux) return family::flux_checkpoint;
    if (has_any(name, {"xl", "pony", "illustrious", "noob"})) return family::sdxl;
    if (has_any(name, {"sd15", "sd1.5", "sd-1.5", "sd_1.5", "v1-5"})) return family::sd15;
    return family::sd_unknown;
}

bool is_sd(family kind) {
    return kind == family::sd15 || kind == family::sdxl || kind == family::sd_unknown;
}

// The first file of a folder whose name has each of `parts`.
std::optional<std::string> file_with(const server_profile& profile, std::string_view folder,
                                     std::initializer_list<std::string_view> parts) {
    const auto files = profile.files.find(folder);
    if (files == profile.files.end()) return std::nullopt;
    for (const auto& file : files->second) {
        const auto name = to_lower(file);
        const bool has_all = std::ranges::all_of(
            parts, [&](std::string_view part) { return has_any(name, {part}); });
        if (has_all) return file;
    }
    return std::nullopt;
}

std::optional<std::string> model_with(const std::vector<std::string>& models,
                                      std::string_view part) {
    for (const auto& model : models) {
        if (has_any(to_lower(model), {part})) return model;
    }
    return std::nullopt;
}

// Adds a file under a placeholder; false when there is none.
bool add_file(recipe& chosen, const char* name, const std::optional<std::string>& file) {
    if (file) chosen.files[name] = *file;
    return file.has_value();
}

bool add_flux_files(recipe& chosen, const server_profile& profile) {
    auto vae = file_with(profile, "vae", {"flux"});
    if (!vae) vae = file_with(profile, "vae", {"ae.s"});
    return add_file(chosen, "clip_l", file_with(profile, "text_encoders", {"clip_l"})) &&
           add_file(chosen, "t5", file_with(profile, "text_encoders", {"t5"})) &&
           add_file(chosen, "vae", vae);
}

// SD 1.5 repeats itself on canvases much larger than the 512 x 512 that it was taught on.
constexpr double sd15_area = 640.0 * 640.0;
constexpr double small_area = 512.0 * 576.0;

bool fits_seed(recipe& chosen, const server_profile& profile, family kind,
               const generation_settings& settings) {
    switch (kind) {
        case family::sd15:
            chosen.template_name =
                1.0 * settings.width * settings.height > sd15_area ? "hires" : "txt2img";
            return true;
        case family::sdxl:
        case family::sd_unknown:
            chosen.template_name = "txt2img";
            return true;
        case family::flux:
            chosen.template_name = "flux_txt2img";
            return add_flux_files(chosen, profile);
        case family::flux_checkpoint:
            chosen.template_name = "flux_checkpoint";
            return true;
        case family::other:
            break;
    }
    return false;
}

bool fits_pulid(recipe& chosen, const server_profile& profile, family kind) {
    if (kind == family::flux) {
        chosen.template_name = "flux_pulid";
        return add_flux_files(chosen, profile) &&
               add_file(chosen, "pulid", file_with(profile, "pulid", {"flux"}));
    }
    return kind == family::sdxl && add_file(chosen, "pulid", file_with(profile, "pulid", {"sdxl"}));
}

// These find their files by themselves, and say only when they run that one is missing.
bool has_ipadapter_files(const server_profile& profile, bool faceid) {
    const auto& loras = profile.offers.loras;
    if (!file_with(profile, "clip_vision", {})) return false;
    return faceid ? file_with(profile, "ipadapter", {"faceid"}) && model_with(loras, "faceid")
                  : file_with(profile, "ipadapter", {"plus", "face"}).has_value();
}

bool fits(recipe& chosen, const server_profile& profile, family kind, const std::string& method,
          const generation_settings& settings) {
    chosen.uses_reference = true;
    chosen.template_name = method;
    if (method == "kontext") {
        const auto edit_model = model_with(profile.offers.diffusion_models, "kontext");
        if (edit_model) chosen.model = *edit_model;
        return edit_model && add_flux_files(chosen, profile);
    }
    if (method == "pulid") return fits_pulid(chosen, profile, kind);
    if (method == "instantid") {
        return kind == family::sdxl &&
               add_file(chosen, "instantid", file_with(profile, "instantid", {})) &&
               add_file(chosen, "controlnet", file_with(profile, "controlnet", {"instant"}));
    }
    if (method == "faceid") return is_sd(kind) && has_ipadapter_files(profile, true);
    if (method == "ipadapter") return is_sd(kind) && has_ipadapter_files(profile, false);
    if (method == "img2img") {
        if (kind == family::flux) chosen.template_name = "flux_img2img";
        return is_sd(kind) || (kind == family::flux && add_flux_files(chosen, profile));
    }
    chosen.uses_reference = false;
    return fits_seed(chosen, profile, kind, settings);
}

[[noreturn]] void refuse_model(const server_profile& profile, const std::string& model) {
    auto models = profile.offers.checkpoints;
    models.insert(models.end(), profile.offers.diffusion_models.begin(),
                  profile.offers.diffusion_models.end());
    throw error_of({.kind = trouble_kind::missing_model,
                    .input = "ckpt_name",
                    .value = harmless(model),
                    .takes = std::move(models)},
                   profile.label);
}

int eighths(double pixels) {
    return std::max(64, static_cast<int>(std::lround(pixels / 8)) * 8);
}

}  // namespace

std::optional<recipe> choose_recipe(const server_profile& profile, const std::string& method,
                                    const std::string& model, const generation_settings& settings) {
    if (!profile.has_model(model)) refuse_model(profile, model);
    const auto kind = family_of(profile, model);
    recipe chosen;
    chosen.model = model;
    if (!fits(chosen, profile, kind, method, settings)) return std::nullopt;
    chosen.files["model"] = chosen.model;
    if (chosen.template_name.starts_with("flux") || chosen.template_name == "kontext") {
        chosen.notes.emplace_back("Flux draws with sampler euler, scheduler simple and cfg 1");
    }
    return chosen;
}

graph_values values_of(const graph_values& files, const generation_settings& settings) {
    graph_values values = files;
    values["width"] = settings.width;
    values["height"] = settings.height;
    values["steps"] = settings.steps;
    values["cfg"] = settings.cfg;
    values["sampler"] = settings.sampler;
    values["scheduler"] = settings.scheduler;
    const double shrink = std::sqrt(small_area / (1.0 * settings.width * settings.height));
    values["base_width"] = eighths(settings.width * shrink);
    values["base_height"] = eighths(settings.height * shrink);
    values["second_steps"] = std::max(1, settings.steps / 2);
    return values;
}

namespace {

bool has_nodes(const server_profile& profile, const recipe& chosen, std::stop_token stop) {
    const auto graph = graph_from_template(chosen.template_name, {});
    return std::ranges::all_of(graph.nodes, [&](const auto& node) {
        return profile.nodes->find(text_of(member(&node.value(), "class_type")), stop) != nullptr;
    });
}

}  // namespace

std::vector<std::string> usable_methods(const server_profile& profile, std::stop_token stop) {
    std::vector<std::string> models = profile.offers.checkpoints;
    models.insert(models.end(), profile.offers.diffusion_models.begin(),
                  profile.offers.diffusion_models.end());
    const auto usable = [&](const std::string& method) {
        std::vector<std::string> refused;  // templates whose nodes are not all there
        return std::ranges::any_of(models, [&](const std::string& model) {
            const auto chosen = choose_recipe(profile, method, model, {});
            if (!chosen || std::ranges::count(refused, chosen->template_name)) return false;
            if (has_nodes(profile, *chosen, stop)) return true;
            refused.push_back(chosen->template_name);
            return false;
        });
    };
    std::vector<std::string> methods;
    for (const char* method :
         {"kontext", "pulid", "instantid", "faceid", "ipadapter", "img2img", "seed"}) {
        if (usable(method)) methods.emplace_back(method);
    }
    return methods;
}

}  // namespace medusa::comfyui
