#include "card/infotext.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <string_view>

namespace medusa {
namespace {

struct shown_name {
    std::string_view name;
    std::string_view shown;
};

constexpr shown_name samplers[] = {
    {"ddim", "DDIM"},
    {"dpm_2", "DPM2"},
    {"dpm_2_ancestral", "DPM2 a"},
    {"dpmpp_2m", "DPM++ 2M"},
    {"dpmpp_2m_sde", "DPM++ 2M SDE"},
    {"dpmpp_2s_ancestral", "DPM++ 2S a"},
    {"dpmpp_3m_sde", "DPM++ 3M SDE"},
    {"dpmpp_sde", "DPM++ SDE"},
    {"euler", "Euler"},
    {"euler_ancestral", "Euler a"},
    {"heun", "Heun"},
    {"lcm", "LCM"},
    {"lms", "LMS"},
    {"uni_pc", "UniPC"},
};
constexpr shown_name schedulers[] = {
    {"beta", "Beta"},     {"exponential", "Exponential"}, {"karras", "Karras"},
    {"normal", "Normal"}, {"sgm_uniform", "SGM Uniform"}, {"simple", "Simple"},
};

std::string_view shown(std::span<const shown_name> names, std::string_view name) {
    const auto found = std::find_if(names.begin(), names.end(),
                                    [&](const shown_name& row) { return row.name == name; });
    return found == names.end() ? name : found->shown;
}

// Quoted as JSON where the grammar needs it.
std::string quoted(std::string_view value) {
    if (value.find_first_of(",:\n") == std::string_view::npos) return std::string(value);
    std::string text = "\"";
    for (const char c : value) {
        if (c == '"' || c == '\\')
            text.append({'\\', c});
        else if (c == '\n')
            text += "\\n";
        else if (static_cast<unsigned char>(c) < ' ')
            text += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
        else
            text += c;
    }
    text += '"';
    return text;
}

}  // namespace

std::string infotext(const generation_facts& facts) {
    const auto& settings = facts.settings;
    std::string line;
    const auto add = [&](std::string_view key, std::string_view value) {
        if (value.empty()) return;
        line += fmt::format("{}{}: {}", line.empty() ? "" : ", ", key, quoted(value));
    };
    if (settings.steps > 0) add("Steps", fmt::format("{}", settings.steps));
    add("Sampler", shown(samplers, settings.sampler));
    add("Schedule type", shown(schedulers, settings.scheduler));
    if (settings.cfg > 0) add("CFG scale", fmt::format("{}", settings.cfg));
    add("Seed", fmt::format("{}", facts.seed));
    add("Size", fmt::format("{}x{}", settings.width, settings.height));
    add("Model", settings.model);
    add("Version", fmt::format("medusa {} {}", facts.engine, facts.engine_version));

    std::string text = facts.prompt + "\n";
    if (!facts.negative_prompt.empty()) text += "Negative prompt: " + facts.negative_prompt + "\n";
    return text + line;
}

}  // namespace medusa
