#include <fmt/format.h>

#include <memory>

#include "cli/draft_options.hpp"
#include "cli/options.hpp"
#include "cli/progress.hpp"
#include "cli/results.hpp"
#include "core/error.hpp"
#include "core/text.hpp"

namespace medusa {
namespace {

struct image_options {
    std::optional<std::int64_t> id;
    std::string type = "portrait";
    std::optional<int> count;
    create_image_job job;
    draft_options shared;  // engine, prompt files, owner, json
};

image_type type_from(const std::string& word) {
    const auto type = image_type_from(word);
    if (type && *type != image_type::avatar) return *type;
    const std::string known[] = {"portrait", "full-body", "action", "variation", "custom"};
    const auto near = nearest(word, known);
    throw error(errc::invalid_argument,
                fmt::format("there is no image type \"{}\"", printable(word)),
                near.empty() ? fmt::format("There are {}", fmt::join(known, ", "))
                             : fmt::format("Did you mean {}?", near));
}

struct made_picture {
    image record;
    std::filesystem::path path;
};

boost::json::object as_json(const std::vector<made_picture>& made) {
    boost::json::array rows;
    for (const auto& [record, path] : made) rows.push_back(to_result(record, path));
    return {{"images", std::move(rows)}};
}

void print(terminal& out, const std::vector<made_picture>& made, const std::string& whose) {
    for (const auto& [record, path] : made)
        out.result(fmt::format("✅ {} of {} (seed {})\n   picture  {}", to_string(record.type),
                               printable(whose), record.generation.seed,
                               printable(path.empty() ? record.url : path.string())));
}

// Pictures that were made are told, whatever became of the others.
int tell_failure(cli_context& context, const image_options& options,
                 const std::vector<made_picture>& made, const error& failure) {
    if (options.shared.json) {
        auto document = as_json(made);
        document["error"] = to_result(failure).at("error");
        context.out.result(boost::json::serialize(document));
    } else {
        print(context.out, made, fmt::format("character {}", *options.id));
    }
    context.out.failure(fmt::format("{} of {} made, then: {}", made.size(),
                                    counted(std::size_t(options.job.count), "picture"),
                                    printable(failure.what())));
    return info(failure.code()).exit_code;
}

int run(cli_context& context, image_options options) {
    options.job.type = type_from(options.type);
    options.job.count = options.count.value_or(1);
    const auto with = options.shared.opened(context);
    options.job.id = with.ids.uuid();
    options.job.character_id = *options.id;
    options.job.owner = options.shared.owner(context.parts.settings());
    std::vector<made_picture> made;
    created_images result;
    try {
        progress_view view(context.out, std::size_t(options.job.count),
                           context.parts.settings().debug);
        const auto tell = [&](const image& record, const std::filesystem::path& path) {
            made.push_back({record, path});
            view.advanced();
        };
        const auto label = fmt::format("image of {}", *options.id);
        result = create_image(with, options.job, {view.track(0, label), context.stop}, tell);
    } catch (const error& failure) {
        if (made.empty()) throw;
        return tell_failure(context, options, made, failure);
    }
    if (options.shared.json)
        context.out.result(boost::json::serialize(as_json(made)));
    else
        print(context.out, made, result.owner.name);
    for (const auto& note : result.notes) context.out.message("note: " + printable(note));
    return 0;
}

}  // namespace

void add_image(CLI::App& program, cli_context& context) {
    auto* command = program.add_subcommand("image", "Make more pictures of a character");
    command->alias("generate-image");
    command->footer(
        "Example:\n"
        "  medusa image 123456 --type portrait --mood happy --setting \"magical forest\"");
    const auto options = std::make_shared<image_options>();
    add_whole(*command, "id", options->id, id_range, "The character's id")->required();
    command->add_option("--type", options->type, "portrait, full-body, action, variation, custom");
    command->add_option("--mood", options->job.mood, "Like happy, sad or determined");
    command->add_option("--setting", options->job.setting, "Like \"magical forest\"");
    command->add_option("--prompt", options->job.prompt, "What else the picture shows");
    add_whole(*command, "--count", options->count, image_count_range,
              "How many pictures, 1 to 100");
    add_whole(*command, "--seed", options->job.seed, seed_range,
              "Seed of the first, the next follow it");
    options->shared.add_surroundings(*command);
    command->callback([&context, options] {
        context.action = [&context, options] { return run(context, *options); };
    });
}

}  // namespace medusa
