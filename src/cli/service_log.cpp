#include "cli/service_log.hpp"

#include <unistd.h>

#include <memory>
#include <utility>

#include "config/config.hpp"
#include "core/error.hpp"
#include "core/text.hpp"

namespace medusa {

void add_log_format(CLI::App& command, std::string& into) {
    command
        .add_option("--log-format", into,
                    "text or json, one object a line; text on a terminal, json elsewhere "
                    "without it")
        ->check(CLI::IsMember({"text", "json"}))
        ->type_name("FORMAT");
}

void begin_log(cli_context& context, const std::string& wanted) {
    const auto& settings = context.parts.settings();
    auto form = wanted.empty() ? settings.log_format : wanted;
    if (form.empty()) form = ::isatty(STDERR_FILENO) ? "text" : "json";
    context.out.write_log(
        {form == "json" ? log_format::json : log_format::text, secrets_of(settings)});
}

bool outage_echoes::is_new(const error& outage) {
    const auto beginning = outage.detail().substr(0, outage.detail().find(':'));
    const auto now = time_.elapsed();
    const std::lock_guard lock(mutex_);
    const auto [known, added] = heard_.try_emplace(beginning, now);
    return added || now - std::exchange(known->second, now) > longest;
}

std::function<void(const error&)> warns_of_outages(terminal& out, timer& time) {
    // Shared by the copies of the function.
    const auto echoes = std::make_shared<outage_echoes>(time);
    return [echoes, &out](const error& outage) {
        if (echoes->is_new(outage)) out.warning(printable(outage.what()));
    };
}

}  // namespace medusa
