#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "cli/moving_view.hpp"
#include "cli/numbers.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "moving/move_assets.hpp"
#include "moving/move_records.hpp"

namespace medusa {
namespace {

namespace json = boost::json;

const std::vector<std::string> record_places{"sqlite", "mongo"};
const std::vector<std::string> file_places_known{"local", "cloudinary"};

struct migrate_options {
    std::string from;
    std::string to;
    bool json = false;
};

bool is_among(const std::vector<std::string>& places, const std::string& name) {
    return std::ranges::find(places, name) != places.end();
}

void check_place(const std::string& name) {
    auto all = record_places;
    all.insert(all.end(), file_places_known.begin(), file_places_known.end());
    if (is_among(all, name)) return;
    const auto near = nearest(name, all);
    throw error(errc::invalid_argument,
                fmt::format("there is no place \"{}\" to migrate from or to", printable(name)),
                near.empty() ? fmt::format("There are {}", fmt::join(all, ", "))
                             : fmt::format("Did you mean {}?", near));
}

// Whether it is the records that move; otherwise it is the files.
bool moves_records(const migrate_options& options) {
    check_place(options.from);
    check_place(options.to);
    if (options.from == options.to)
        throw error(errc::invalid_argument,
                    fmt::format("--from and --to are both {}", options.from),
                    "Name the place where they are and the one where they go");
    const bool records = is_among(record_places, options.from);
    if (records != is_among(record_places, options.to))
        throw error(errc::invalid_argument,
                    fmt::format("{} and {} do not hold the same: records are in sqlite or mongo, "
                                "pictures in local or cloudinary",
                                options.from, options.to),
                    "Migrate records and pictures one after the other");
    return records;
}

move_report migrate(cli_context& context, const migrate_options& options) {
    const bool records = moves_records(options);
    moving_view view(context.out);
    if (records)
        return move_records(context.parts.open_stores(options.from),
                            context.parts.open_stores(options.to), view.context(context.stop));
    const auto from = context.parts.open_assets(options.from);
    const auto to = context.parts.open_assets(options.to);
    return move_assets(context.parts.open_stores({}), *from, *to, view.context(context.stop));
}

void tell(terminal& out, const migrate_options& options, const move_report& report) {
    const auto moved =
        told_amounts(report.characters.moved, report.images.moved, report.files.moved);
    out.result(fmt::format("{} {} moved from {} to {}, read back and compared",
                           report.troubles.empty() ? "✅" : "⚠️ ", moved, options.from, options.to));
    out.result(
        fmt::format("   there already: {}",
                    told_amounts(report.characters.same, report.images.same, report.files.same)));
    if (!report.troubles.empty())
        out.result(fmt::format("   not moved: {}, see above; what is in {} is as it was",
                               counted(report.troubles.size(), "thing"), options.from));
}

int run_migrate(cli_context& context, const migrate_options& options) {
    const auto report = migrate(context, options);
    tell_troubles(context.out, report.troubles);
    if (options.json) {
        auto document = to_result(report);
        document["from"] = options.from;
        document["to"] = options.to;
        context.out.result(json::serialize(document));
    } else {
        tell(context.out, options, report);
    }
    return exit_code_of(report);
}

}  // namespace

void add_migrate(CLI::App& program, cli_context& context) {
    auto* command = program.add_subcommand(
        "migrate", "Copy records or pictures to another store, and check them there");
    command->footer(
        "sqlite, mongo: the records; local, cloudinary: the pictures. What is there already is\n"
        "skipped, so the same command again goes on. Nothing is deleted where it comes from.\n\n"
        "Example:\n  medusa migrate --from sqlite --to mongo");
    const auto options = std::make_shared<migrate_options>();
    command->add_option("--from", options->from, "Where they are: sqlite, mongo, local, cloudinary")
        ->required();
    command->add_option("--to", options->to, "Where they go")->required();
    command->add_flag("--json", options->json, "Print one JSON document");
    command->callback([&context, options] {
        context.action = [&context, options] { return run_migrate(context, *options); };
    });
}

}  // namespace medusa
