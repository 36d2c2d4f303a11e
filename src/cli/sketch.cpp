#include <fmt/format.h>

#include <memory>

#include "cli/context.hpp"
#include "cli/options.hpp"
#include "cli/progress.hpp"
#include "core/error.hpp"
#include "core/files.hpp"
#include "core/text.hpp"

namespace medusa {
namespace {

namespace fs = std::filesystem;

constexpr whole_range cell_range{16, 512};  // pixels
constexpr int usual_cell_px = 192;

struct sketch_options {
    std::string sheet, out, style, art;
    std::optional<int> cell_px;
    bool lint = false;
    std::string lint_folder;
};

std::optional<fs::path> folder_of(const std::string& given) {
    return given.empty() ? std::nullopt : std::optional<fs::path>(given);
}

int list_sheets(cli_context& context) {
    context.out.result("Sheets:");
    for (const auto& [name, about] : context.parts.art({})->sheets())
        context.out.result(fmt::format("  {:<10} {}", name, about));
    context.out.message("Draw one: medusa sketch --sheet parts --out parts.png");
    return 0;
}

int lint(cli_context& context, const std::string& folder) {
    const auto faults = context.parts.art(folder_of(folder))->faults();
    for (const auto& [file, what] : faults)
        context.out.result(fmt::format("{}: {}", printable(file), printable(what)));
    if (faults.empty()) {
        context.out.result("The art is sound.");
        return 0;
    }
    context.out.failure(fmt::format("{} to mend", counted(faults.size(), "fault")));
    return info(errc::internal).exit_code;
}

int draw(cli_context& context, const sketch_options& options) {
    if (options.out.empty())
        throw error(errc::invalid_argument, "where is the sheet to be written?",
                    "Add --out FILE.png");
    const auto desk = context.parts.art(folder_of(options.art));
    drawn_sheet made;
    {
        progress_view view(context.out, desk->pictures(options.sheet), false);
        made = desk->draw(
            options.sheet, options.style, options.cell_px.value_or(usual_cell_px),
            [&view] { view.advanced(); }, context.stop);
    }
    write_file_atomic(options.out, made.png);
    std::size_t number = 0;
    for (const auto& row : made.rows)
        context.out.result(fmt::format("row {}: {}", ++number,
                                       printable(fmt::format("{}", fmt::join(row, " | ")))));
    for (const auto& note : made.notes) context.out.message("note: " + printable(note));
    return 0;
}

int run(cli_context& context, const sketch_options& options) {
    if (options.lint) return lint(context, options.lint_folder);
    const bool nothing_said = options.out.empty() && options.style.empty() && options.art.empty();
    if (options.sheet.empty() && !nothing_said)
        throw error(errc::invalid_argument, "which sheet is to be drawn?",
                    "Add --sheet NAME; medusa sketch lists them");
    if (options.sheet.empty()) return list_sheets(context);
    return draw(context, options);
}

}  // namespace

void add_sketch(CLI::App& program, cli_context& context) {
    auto* command =
        program.add_subcommand("sketch", "Draw sheets of the embedded art, or check its files");
    command->footer(
        "Without options it lists the sheets. An artist checks and draws a folder of files with\n"
        "--lint FOLDER and --art FOLDER: see docs/art.md.\n\n"
        "Example:\n"
        "  medusa sketch --sheet hats --out hats.png");
    const auto options = std::make_shared<sketch_options>();
    command->add_option("--sheet", options->sheet, "The sheet to draw");
    command->add_option("--out", options->out, "The PNG file to write");
    command->add_option("--style", options->style, "One style for all its pictures");
    add_whole(*command, "--cell", options->cell_px, cell_range,
              "Side of a picture, 16 to 512 pixels");
    command->add_option("--art", options->art,
                        "Draw from the files of this folder, without a build");
    auto* lint = command->add_option("--lint", options->lint_folder,
                                     "Check the files of a folder; the embedded ones without it");
    lint->expected(0, 1);
    command->callback([&context, options, lint] {
        options->lint = !lint->empty();
        context.action = [&context, options] { return run(context, *options); };
    });
}

}  // namespace medusa
