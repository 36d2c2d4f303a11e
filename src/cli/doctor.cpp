#include <fmt/format.h>

#include <boost/json.hpp>
#include <memory>

#include "cli/context.hpp"
#include "core/error.hpp"
#include "core/text.hpp"

namespace medusa {
namespace {

struct finding {
    health_check check;
    bool good = false;
    std::string detail;
    std::string advice;
    int exit_code = 0;
};

finding examine(const health_check& check) {
    finding result{check, true, {}, {}, 0};
    try {
        result.detail = check.run();
    } catch (const error& failure) {
        result.good = false;
        result.detail = failure.detail();
        result.advice = failure.advice();
        result.exit_code = info(failure.code()).exit_code;
    }
    return result;
}

void show(terminal& out, const finding& found) {
    out.result(fmt::format("{} {:<16} {:<28} {}", found.good ? "✅" : "❌", found.check.part,
                           found.check.kind, printable(found.detail)));
    if (!found.advice.empty()) out.result("   → " + printable(found.advice));
}

void show_origins(cli_context& context) {
    const auto& origins = context.parts.settings().origins;
    if (origins.empty()) context.out.result("No variable is set: everything is embedded.");
    for (const auto& [name, value, place] : origins)
        context.out.result(
            fmt::format("   {} = {}  ({})", name, printable(value), printable(place)));
}

boost::json::value as_json(const finding& found) {
    return {{"part", found.check.part},
            {"kind", found.check.kind},
            {"ok", found.good},
            {"detail", found.detail},
            {"advice", found.advice}};
}

// 0 when all is well, else the exit code of the first failure.
int run_doctor(cli_context& context, bool json) {
    boost::json::array rows;
    int exit_code = 0;
    if (!json) show_origins(context);
    for (const auto& check : context.parts.checks()) {
        const auto found = examine(check);
        if (exit_code == 0) exit_code = found.exit_code;
        if (json)
            rows.push_back(as_json(found));
        else
            show(context.out, found);
    }
    if (json)
        context.out.result(
            boost::json::serialize(boost::json::object{{"ok", exit_code == 0}, {"checks", rows}}));
    else
        context.out.result(exit_code == 0 ? "All is well." : "Some parts need attention.");
    return exit_code;
}

}  // namespace

void add_doctor(CLI::App& program, cli_context& context) {
    auto* command = program.add_subcommand("doctor", "Check every part with one cheap real call");
    command->alias("validate-setup");
    command->footer("Example:\n  medusa doctor");
    const auto json = std::make_shared<bool>(false);
    command->add_flag("--json", *json, "Print one JSON document");
    command->callback([&context, json] {
        context.action = [&context, json] { return run_doctor(context, *json); };
    });
}

}  // namespace medusa
