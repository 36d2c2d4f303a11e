#include "cli/service_log.hpp"

#include <unistd.h>

#include "config/config.hpp"

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

}  // namespace medusa
