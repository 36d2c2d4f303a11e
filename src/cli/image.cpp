#include <fmt/format.h>

#include <memory>

#include "cli/draft_options.hpp"
#include "cli/progress.hpp"
#include "cli/results.hpp"
#include "core/error.hpp"
#include "core/text.hpp"

namespace medusa {
namespace {

struct image_options {
    std::int64_t id = 0;
    std::string type = "portrait";
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

void print(terminal& out, const created_images& made, bool json) {
    if (json) {
        boost::json::array rows;
        for (std::size_t i = 0; i < made.images.size(); ++i)
            rows.push_back(to_result(made.images[i], made.paths[i]));
        out.result(boost::json::serialize(boost::json::object{{"images", std::move(rows)}}));
        return;
    }
    for (std::size_t i = 0; i < made.images.size(); ++i) {
        const auto& picture = made.images[i];
        out.result(fmt::format("✅ {} of {} (seed {})\n   picture  {}", to_string(picture.type),
                               printable(made.owner.name), picture.generation.seed,
                               made.paths[i].empty() ? picture.url : made.paths[i].string()));
    }
}

int run(cli_context& context, image_options options) {
    options.job.type = type_from(options.type);
    const auto with = options.shared.opened(context);
    options.job.id = with.ids.uuid();
    options.job.character_id = options.id;
    options.job.owner = options.shared.owner(context.parts.settings());
    created_images made;
    {
        progress_view view(context.out, 1, context.parts.settings().debug);
        made = create_image(with, options.job,
                            {view.track(0, fmt::format("image of {}", options.id)), context.stop});
    }
    print(context.out, made, options.shared.json);
    for (const auto& note : made.notes) context.out.message("note: " + printable(note));
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
    command->add_option("id", options->id, "The character's id")->required();
    command->add_option("--type", options->type, "portrait, full-body, action, variation, custom");
    command->add_option("--mood", options->job.mood, "Like happy, sad or determined");
    command->add_option("--setting", options->job.setting, "Like \"magical forest\"");
    command->add_option("--prompt", options->job.prompt, "What else the picture shows");
    command->add_option("--count", options->job.count, "How many pictures, 1 to 100");
    command->add_option("--seed", options->job.seed, "Seed of the first, the next follow it");
    command->add_option("--engine", options->shared.engine, "Image engine, like sketch");
    command->add_option("--positive-prompt", options->shared.positive_prompt, "Prompt file");
    command->add_option("--negative-prompt", options->shared.negative_prompt, "Prompt file");
    command->add_option("--userId", options->shared.user_id, "Owner of the character");
    command->add_option("--username", options->shared.username, "The owner's name");
    command->add_flag("--json", options->shared.json, "Print one JSON document");
    command->callback([&context, options] {
        context.action = [&context, options] { return run(context, *options); };
    });
}

}  // namespace medusa
