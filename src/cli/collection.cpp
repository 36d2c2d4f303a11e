#include <fmt/format.h>

#include <boost/json.hpp>
#include <memory>

#include "cli/context.hpp"
#include "cli/options.hpp"
#include "cli/results.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "pipeline/check_request.hpp"
#include "pipeline/delete_character.hpp"
#include "record/record_json.hpp"

namespace medusa {
namespace {

namespace json = boost::json;

constexpr whole_range list_limit_range{1, 100'000};
constexpr std::size_t default_list_limit = 50;
constexpr std::size_t list_more = 1'000;  // advised to whoever got only that

struct collection_options {
    std::optional<std::size_t> limit;
    std::optional<std::int64_t> id;
    std::string user_id;
    bool force = false;
    bool json = false;

    std::string whose(cli_context& context) const {
        return user_id.empty() ? context.parts.settings().user_id : user_id;
    }
};

int run_list(cli_context& context, const collection_options& options) {
    const auto with = context.parts.open({});
    character_query query;
    query.user_id = options.whose(context);
    query.limit = options.limit.value_or(default_list_limit);
    std::vector<std::int64_t> damaged;
    query.damaged = &damaged;
    const auto found = with.characters.list(query);
    for (const auto id : damaged)
        context.out.message(
            fmt::format("warning: the record of character {} is damaged, so it is not shown", id));
    const int exit_code = damaged.empty() ? 0 : info(errc::corrupted).exit_code;
    if (options.json) {
        json::array rows;
        for (const auto& record : found) rows.push_back(to_result(as_made(with, record)));
        context.out.result(json::serialize(rows));
        return exit_code;
    }
    if (found.empty() && damaged.empty())
        context.out.message("No characters yet. Make one: medusa generate");
    for (const auto& record : found)
        context.out.result(fmt::format("{}  {}  {:<10}  {}", record.id,
                                       to_rfc3339(record.created_at).substr(0, 10), record.style,
                                       printable(record.name)));
    if (!options.limit && found.size() == query.limit)
        context.out.message(fmt::format("These are the newest {}; for more: medusa list --limit {}",
                                        found.size(), list_more));
    return exit_code;
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

int run_show(cli_context& context, const collection_options& options) {
    const auto with = context.parts.open({});
    const auto record = owned_character(with.characters, options.whose(context), *options.id);
    const auto pictures = with.images.of_character(record.id);
    if (options.json) {
        auto document = to_result(as_made(with, record));
        json::array rows;
        for (const auto& picture : pictures)
            rows.push_back(to_result(picture, with.assets.locate(picture.path)));
        document["images"] = std::move(rows);
        context.out.result(json::serialize(document));
        return 0;
    }
    print_record(context.out, record);
    for (const auto& picture : pictures) {
        const auto path = with.assets.locate(picture.path).local_path;
        context.out.result(fmt::format("   {:<12} {}", to_string(picture.type),
                                       printable(path.empty() ? picture.url : path.string())));
    }
    return 0;
}

void confirm(cli_context& context, const character& record, std::size_t pictures) {
    const auto answer =
        context.out.ask(fmt::format("Delete {} (ID {}) with {}? [y/N] ", printable(record.name),
                                    record.id, counted(pictures, "picture")),
                        context.stop);
    if (!answer && !context.stop.stop_requested())
        throw error(errc::invalid_argument, "delete asks first, and here nobody can answer",
                    "Add --force to delete without being asked");
    const auto word = to_lower(collapse_spaces(answer.value_or("")));
    if (word != "y" && word != "yes") throw error(errc::cancelled, "nothing was deleted");
}

int run_delete(cli_context& context, const collection_options& options) {
    const auto with = context.parts.open({});
    const auto record = owned_character(with.characters, options.whose(context), *options.id);
    if (!options.force) confirm(context, record, with.images.of_character(record.id).size());
    const auto files = delete_character(with, record);
    context.out.result(
        options.json ? json::serialize(json::object{{"deleted", record.id}, {"files", files}})
                     : fmt::format("✅ {} - ID: {} deleted, {} removed", printable(record.name),
                                   record.id, counted(files, "file")));
    return 0;
}

}  // namespace

void add_list(CLI::App& program, cli_context& context) {
    auto* command = program.add_subcommand("list", "List your characters, newest first");
    command->footer("Example:\n  medusa list --limit 10");
    const auto options = std::make_shared<collection_options>();
    add_whole(*command, "--limit", options->limit, list_limit_range,
              "At most so many, 50 without it");
    command->add_option("--userId", options->user_id, "Whose, yours without it");
    command->add_flag("--json", options->json, "Print one JSON array of records");
    command->callback([&context, options] {
        context.action = [&context, options] { return run_list(context, *options); };
    });
}

void add_show(CLI::App& program, cli_context& context) {
    auto* command = program.add_subcommand("show", "Show one character and its pictures");
    command->footer("Example:\n  medusa show 123456");
    const auto options = std::make_shared<collection_options>();
    add_whole(*command, "id", options->id, id_range, "The character's id")->required();
    command->add_option("--userId", options->user_id, "Whose it is, yours without it");
    command->add_flag("--json", options->json, "Print one JSON document");
    command->callback([&context, options] {
        context.action = [&context, options] { return run_show(context, *options); };
    });
}

void add_delete(CLI::App& program, cli_context& context) {
    auto* command = program.add_subcommand("delete", "Delete one character with its pictures");
    command->footer("Example:\n  medusa delete 123456 --force");
    const auto options = std::make_shared<collection_options>();
    add_whole(*command, "id", options->id, id_range, "The character's id")->required();
    command->add_flag("--force", options->force, "Do not ask");
    command->add_option("--userId", options->user_id, "Whose it is, yours without it");
    command->add_flag("--json", options->json, "Print one JSON document");
    command->callback([&context, options] {
        context.action = [&context, options] { return run_delete(context, *options); };
    });
}

}  // namespace medusa
