#include <fmt/format.h>

#include <boost/json.hpp>
#include <memory>

#include "cli/context.hpp"
#include "cli/results.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "record/record_json.hpp"

namespace medusa {
namespace {

namespace json = boost::json;

constexpr std::size_t list_limit_max = 100'000;

boost::json::object with_avatar_path(const pipeline_parts& with, const character& record) {
    created_character made{record, {}, {}, {}};
    for (const auto& picture : with.images.of_character(record.id))
        if (picture.url == record.avatar)
            made.avatar_path = with.assets.locate(picture.path).local_path;
    return to_result(made);
}

struct list_options {
    std::size_t limit = 50;
    bool json = false;
};

int run_list(cli_context& context, const list_options& options) {
    if (options.limit < 1 || options.limit > list_limit_max)
        throw error(errc::invalid_argument, "that limit is not possible",
                    fmt::format("Give --limit 1 to {}", list_limit_max));
    const auto with = context.parts.open({});
    character_query query;
    query.user_id = context.parts.settings().user_id;
    query.limit = options.limit;
    const auto found = with.characters.list(query);
    if (options.json) {
        json::array rows;
        for (const auto& record : found) rows.push_back(with_avatar_path(with, record));
        context.out.result(json::serialize(rows));
        return 0;
    }
    if (found.empty()) context.out.message("No characters yet. Make one: medusa generate");
    for (const auto& record : found)
        context.out.result(fmt::format("{}  {}  {:<10}  {}", record.id,
                                       to_rfc3339(record.created_at).substr(0, 10), record.style,
                                       printable(record.name)));
    return 0;
}

character owned(const pipeline_parts& with, const cli_context& context, std::int64_t id) {
    auto found = with.characters.find(id);
    if (!found || found->owner.user_id != context.parts.settings().user_id)
        throw error(errc::not_found, fmt::format("there is no character {}", id),
                    "medusa list shows yours");
    return std::move(*found);
}

// The words of a record that say something, one row each.
void print_record(terminal& out, const character& record) {
    const auto row = [&out](const char* name, const std::string& text) {
        if (!text.empty()) out.result(fmt::format("   {:<12} {}", name, printable(text)));
    };
    out.result(fmt::format("{} - ID: {}", printable(record.name), record.id));
    row("description", record.description);
    row("style", record.style);
    row("main trait", record.traits.main_trait);
    row("sub-traits", fmt::format("{}", fmt::join(record.traits.sub_traits, ", ")));
    for (const auto& [field, value] : to_json(record.appearance)) {
        const auto text =
            value.is_string() ? std::string(value.get_string()) : json::serialize(value);
        row(std::string(field).c_str(), text);
    }
    row("seed", std::to_string(record.generation.seed));
    row("engine", record.generation.engine + " " + record.generation.engine_version);
    row("created", to_rfc3339(record.created_at));
}

int run_show(cli_context& context, std::int64_t id, bool as_json) {
    const auto with = context.parts.open({});
    const auto record = owned(with, context, id);
    const auto pictures = with.images.of_character(id);
    if (as_json) {
        auto document = with_avatar_path(with, record);
        json::array rows;
        for (const auto& picture : pictures)
            rows.push_back(to_result(picture, with.assets.locate(picture.path).local_path));
        document["images"] = std::move(rows);
        context.out.result(json::serialize(document));
        return 0;
    }
    print_record(context.out, record);
    for (const auto& picture : pictures) {
        const auto path = with.assets.locate(picture.path).local_path;
        context.out.result(fmt::format("   {:<12} {}", to_string(picture.type),
                                       path.empty() ? picture.url : path.string()));
    }
    return 0;
}

}  // namespace

void add_list(CLI::App& program, cli_context& context) {
    auto* command = program.add_subcommand("list", "List your characters, newest first");
    command->footer("Example:\n  medusa list --limit 10");
    const auto options = std::make_shared<list_options>();
    command->add_option("--limit", options->limit, "At most so many, 50 without it");
    command->add_flag("--json", options->json, "Print one JSON array of records");
    command->callback([&context, options] {
        context.action = [&context, options] { return run_list(context, *options); };
    });
}

void add_show(CLI::App& program, cli_context& context) {
    auto* command = program.add_subcommand("show", "Show one character and its pictures");
    command->footer("Example:\n  medusa show 123456");
    const auto id = std::make_shared<std::int64_t>(0);
    const auto as_json = std::make_shared<bool>(false);
    command->add_option("id", *id, "The character's id")->required();
    command->add_flag("--json", *as_json, "Print one JSON document");
    command->callback([&context, id, as_json] {
        context.action = [&context, id, as_json] { return run_show(context, *id, *as_json); };
    });
}

}  // namespace medusa
