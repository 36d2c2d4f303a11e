#include "engine/pool/model_choice.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/text.hpp"

namespace medusa {
namespace {

constexpr std::size_t names_shown = 8;
constexpr std::string_view endings[] = {".safetensors", ".ckpt", ".gguf", ".sft", ".pt"};

std::vector<std::string> models_of(const server_capabilities& offers) {
    auto all = offers.checkpoints;
    all.insert(all.end(), offers.diffusion_models.begin(), offers.diffusion_models.end());
    return all;
}

// The name alone: "SD1.5/Diving.safetensors [ab12cd]" is "diving". A1111 adds the hash, ComfyUI the
// folder, with the separator of the server's system.
std::string plain_name(std::string_view name) {
    if (const auto hash = name.rfind(" ["); hash != std::string_view::npos && name.ends_with(']'))
        name = name.substr(0, hash);
    name.remove_prefix(name.find_last_of("/\\") + 1);
    auto plain = to_lower(name);
    for (const auto ending : endings)
        if (plain.ends_with(ending)) {
            plain.resize(plain.size() - ending.size());
            break;
        }
    return plain;
}

std::optional<std::string> find_model(const std::vector<std::string>& models,
                                      std::string_view wanted) {
    if (std::find(models.begin(), models.end(), wanted) != models.end()) return std::string(wanted);
    const auto plain = plain_name(wanted);
    const auto found = std::find_if(models.begin(), models.end(),
                                    [&](const auto& name) { return plain_name(name) == plain; });
    if (found == models.end()) return std::nullopt;
    return *found;
}

}  // namespace

std::string_view default_model(std::string_view style) {
    return style == "realistic" ? "cyberrealistic.safetensors" : "diving.safetensors";
}

std::optional<model_choice> choose_model(const server_capabilities& offers, std::string_view wanted,
                                         std::string_view style) {
    const auto models = models_of(offers);
    if (!wanted.empty()) {
        auto found = find_model(models, wanted);
        if (!found) return std::nullopt;
        return model_choice{std::move(*found), {}};
    }
    const auto expected = default_model(style);
    if (auto found = find_model(models, expected)) return model_choice{std::move(*found), {}};
    if (models.empty()) return model_choice{};
    return model_choice{models.front(),
                        fmt::format("the server has no {}, so {} drew this; --model names another",
                                    expected, models.front())};
}

error no_such_model(std::string_view wanted, std::span<const server_capabilities* const> offers) {
    std::vector<std::string> names;
    std::vector<std::string> plain;
    for (const auto* one : offers)
        for (auto& name : models_of(*one)) {
            if (std::find(names.begin(), names.end(), name) != names.end()) continue;
            plain.push_back(plain_name(name));
            names.push_back(std::move(name));
        }
    auto advice = std::string("The servers list no models at all: put one into their model folder");
    if (const auto near = nearest(plain_name(wanted), plain); !near.empty()) {
        const auto at = std::find(plain.begin(), plain.end(), near) - plain.begin();
        advice = fmt::format("Did you mean {}?", names[std::size_t(at)]);
    } else if (!names.empty()) {
        const bool more = names.size() > names_shown;
        names.resize(std::min(names.size(), names_shown));
        advice = fmt::format("There are {}{}", fmt::join(names, ", "),
                             more ? " and more: see medusa engines" : "");
    }
    return error(errc::invalid_argument,
                 fmt::format("no image server has the model \"{}\"", printable(wanted)),
                 printable(advice));
}

}  // namespace medusa
