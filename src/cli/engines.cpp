#include <fmt/format.h>

#include <boost/json.hpp>
#include <memory>

#include "cli/context.hpp"
#include "core/text.hpp"

namespace medusa {
namespace {

namespace json = boost::json;

constexpr std::size_t names_shown = 5;

json::object as_json(const server_status& one) {
    json::object row{{"server", one.label}, {"serves", one.serves}, {"state", one.state}};
    if (!one.reason.empty()) row["reason"] = one.reason;
    if (!one.advice.empty()) row["advice"] = one.advice;
    if (one.seconds_a_picture) row["secondsAPicture"] = *one.seconds_a_picture;
    if (!one.offers) return row;
    const auto& offers = *one.offers;
    row["dialect"] = offers.dialect;
    row["version"] = offers.version;
    row["models"] = json::value_from(offers.checkpoints);
    row["diffusionModels"] = json::value_from(offers.diffusion_models);
    row["samplers"] = json::value_from(offers.samplers);
    row["schedulers"] = json::value_from(offers.schedulers);
    row["loras"] = json::value_from(offers.loras);
    row["upscalers"] = json::value_from(offers.upscalers);
    row["identityMethods"] = json::value_from(offers.identity_methods);
    row["takesWorkflows"] = offers.takes_workflows;
    row["queue"] = {{"running", one.load.running}, {"waiting", one.load.waiting}};
    return row;
}

std::string some_of(std::vector<std::string> names) {
    const auto all = names.size();
    names.resize(std::min(all, names_shown));
    auto text = fmt::format("{}", fmt::join(names, ", "));
    if (all > names_shown) text += fmt::format(" and {} more", all - names_shown);
    return text;
}

void show(terminal& out, const server_status& one) {
    const auto line = [&out](const std::string& text) { out.result(printable(text)); };
    line(fmt::format("{} {}  {}, serves {}", one.state == "ready" ? "✅" : "❌", one.label,
                     one.state, one.serves));
    if (!one.reason.empty()) line("   " + one.reason);
    if (!one.advice.empty()) line("   → " + one.advice);
    if (!one.offers) return;
    const auto& offers = *one.offers;
    auto models = offers.checkpoints;
    models.insert(models.end(), offers.diffusion_models.begin(), offers.diffusion_models.end());
    line(fmt::format("   {}{}{}, {} running, {} waiting", offers.dialect,
                     offers.version.empty() ? "" : " ", offers.version, one.load.running,
                     one.load.waiting));
    if (!models.empty()) line("   models    " + some_of(models));
    if (!offers.loras.empty()) line("   LoRAs     " + some_of(offers.loras));
    line(fmt::format("   identity  {}", fmt::join(offers.identity_methods, ", then ")));
    if (one.seconds_a_picture)
        line(fmt::format("   speed     {:.1f} s a picture", *one.seconds_a_picture));
}

int run_engines(cli_context& context, bool as_document) {
    const auto found = context.parts.engines(context.stop);
    if (!as_document) {
        for (const auto& one : found) show(context.out, one);
        return 0;
    }
    json::array rows;
    for (const auto& one : found) rows.push_back(as_json(one));
    context.out.result(json::serialize(rows));
    return 0;
}

}  // namespace

void add_engines(CLI::App& program, cli_context& context) {
    auto* command = program.add_subcommand("engines", "List the image engines and what they offer");
    command->footer("Example:\n  medusa engines");
    const auto json = std::make_shared<bool>(false);
    command->add_flag("--json", *json, "Print one JSON document");
    command->callback([&context, json] {
        context.action = [&context, json] { return run_engines(context, *json); };
    });
}

}  // namespace medusa
