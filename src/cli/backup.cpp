#include "moving/backup.hpp"

#include <fmt/format.h>

#include <memory>

#include "cli/moving_view.hpp"
#include "cli/numbers.hpp"
#include "core/text.hpp"
#include "moving/restore.hpp"

namespace medusa {
namespace {

namespace json = boost::json;
namespace fs = std::filesystem;

constexpr double mebibyte = 1 << 20;

struct backup_options {
    std::string file;
    bool verify = false;
    bool json = false;
};

int run_backup(cli_context& context, const backup_options& options) {
    const auto from = context.parts.open_stores({});
    const auto files = context.parts.open_assets({});
    const auto report = [&] {
        moving_view view(context.out);
        return write_backup(from, *files, options.file, system_clock(), view.context(context.stop));
    }();
    const auto bytes = fs::file_size(options.file);
    tell_troubles(context.out, report.troubles);
    if (options.json) {
        auto document = to_result(report);
        document["file"] = options.file;
        document["fileBytes"] = bytes;
        context.out.result(json::serialize(document));
        return exit_code_of(report);
    }
    context.out.result(
        fmt::format("{} {} in {} ({:.1f} MiB)", report.troubles.empty() ? "✅" : "⚠️ ",
                    told_amounts(report.characters.moved, report.images.moved, report.files.moved),
                    printable(options.file), double(bytes) / mebibyte));
    if (!report.troubles.empty())
        context.out.result(
            fmt::format("   left out: {}, see above", counted(report.troubles.size(), "thing")));
    return exit_code_of(report);
}

json::object to_result(const backup_contents& contents) {
    return {{"createdAt", to_rfc3339(contents.created_at)},
            {"characters", contents.summary.characters},
            {"images", contents.summary.images},
            {"files", contents.summary.files},
            {"bytes", contents.bytes},
            {"lastCharacterId", contents.summary.books.last_id},
            {"highestImageNumber", contents.summary.books.highest_number},
            {"leftOut", to_result(contents.summary.left_out)}};
}

int run_verify(cli_context& context, const backup_options& options) {
    backup_reader file(options.file);
    const auto contents = [&] {
        moving_view view(context.out);
        return file.verify(view.context(context.stop));
    }();
    if (options.json) {
        auto document = to_result(contents);
        document["file"] = options.file;
        context.out.result(json::serialize(document));
        return 0;
    }
    const auto& told = contents.summary;
    context.out.result(fmt::format("✅ {} is whole: {}, made {}", printable(options.file),
                                   told_amounts(told.characters, told.images, told.files),
                                   to_rfc3339(contents.created_at)));
    if (!told.left_out.empty())
        context.out.result(fmt::format("   left out when it was made: {}",
                                       counted(told.left_out.size(), "thing")));
    tell_troubles(context.out, told.left_out);
    return 0;
}

int run_restore(cli_context& context, const backup_options& options) {
    if (options.verify) return run_verify(context, options);
    backup_reader file(options.file);
    const auto to = context.parts.open_stores({});
    const auto assets = context.parts.open_assets({});
    const auto done = [&] {
        moving_view view(context.out);
        return restore_backup(file, to, *assets, view.context(context.stop));
    }();
    const auto& report = done.report;
    tell_troubles(context.out, report.troubles);
    if (options.json) {
        auto document = to_result(report);
        document["file"] = options.file;
        document["createdAt"] = to_rfc3339(done.contents.created_at);
        context.out.result(json::serialize(document));
        return exit_code_of(report);
    }
    context.out.result(fmt::format(
        "{} {} restored, read back and compared", report.troubles.empty() ? "✅" : "⚠️ ",
        told_amounts(report.characters.moved, report.images.moved, report.files.moved)));
    context.out.result(
        fmt::format("   there already: {}",
                    told_amounts(report.characters.same, report.images.same, report.files.same)));
    if (!report.troubles.empty())
        context.out.result(fmt::format("   not restored: {}, see above; what is there stayed",
                                       counted(report.troubles.size(), "thing")));
    return exit_code_of(report);
}

std::shared_ptr<backup_options> add_options(CLI::App& command) {
    const auto options = std::make_shared<backup_options>();
    command.add_option("file", options->file, "The backup, a tar file")->required();
    command.add_flag("--json", options->json, "Print one JSON document");
    return options;
}

}  // namespace

void add_backup(CLI::App& program, cli_context& context) {
    auto* command =
        program.add_subcommand("backup", "Write everything to one file: records and pictures");
    command->footer(
        "A tar file that only you can read. An older backup of that name is replaced once the new\n"
        "one is whole. Others may go on working meanwhile.\n\n"
        "Example:\n  medusa backup medusa.tar");
    const auto options = add_options(*command);
    command->callback([&context, options] {
        context.action = [&context, options] { return run_backup(context, *options); };
    });
}

void add_restore(CLI::App& program, cli_context& context) {
    auto* command = program.add_subcommand("restore", "Bring back what a backup holds");
    command->footer(
        "The whole file is checked first. What is there already is skipped or, where it differs,\n"
        "kept and named, so the same command again goes on.\n\n"
        "Example:\n  medusa restore medusa.tar --verify");
    const auto options = add_options(*command);
    command->add_flag("--verify", options->verify, "Only check the file, change nothing");
    command->callback([&context, options] {
        context.action = [&context, options] { return run_restore(context, *options); };
    });
}

}  // namespace medusa
