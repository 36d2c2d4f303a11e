#include "app/run.hpp"

#include "app/interrupts.hpp"
#include "app/parts.hpp"
#include "cli/context.hpp"

namespace medusa {

int run(int argc, const char* const* argv) {
    const interrupts signals;
    terminal out;
    const auto parts =
        make_backstage({.stop = signals.token(),
                        .notice = [&out](std::string_view notice) { out.warning(notice); },
                        .log =
                            [&out](std::string_view line) {
                                out.log({.level = log_level::debug, .msg = std::string(line)});
                            }});
    cli_context context{out, *parts, signals.token(), {}};
    return run_command_line(argc, argv, context);
}

}  // namespace medusa
