#include <fmt/format.h>

#include <memory>

#include "cli/draft_options.hpp"
#include "cli/job_run.hpp"
#include "cli/options.hpp"
#include "cli/results.hpp"
#include "core/error.hpp"
#include "core/ids.hpp"
#include "core/text.hpp"
#include "job/reason.hpp"
#include "pipeline/check_request.hpp"

namespace medusa {
namespace {

struct image_options {
    std::optional<std::int64_t> id;
    std::string type = "portrait";
    std::optional<int> count;
    image_request wish;
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
    stored_asset at;
};

boost::json::object as_json(const std::vector<made_picture>& made) {
    boost::json::array rows;
    for (const auto& [record, at] : made) rows.push_back(to_result(record, at));
    return {{"images", std::move(rows)}};
}

void print(terminal& out, const std::vector<made_picture>& made, const std::string& whose) {
    for (const auto& [record, at] : made)
        out.result(
            fmt::format("✅ {} of {} (seed {})\n   picture  {}", to_string(record.type),
                        printable(whose), record.generation.seed,
                        printable(at.local_path.empty() ? record.url : at.local_path.string())));
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
                                    counted(std::size_t(options.wish.count), "picture"),
                                    printable(failure.what())));
    return info(failure.code()).exit_code;
}

// The pictures that a job has made, in order.
std::vector<made_picture> pictures_of(const pipeline_parts& with, const job& of) {
    std::vector<made_picture> made;
    const auto wanted = std::get<image_request>(of.request).count;
    for (int index = 0; index < wanted; ++index)
        if (auto found = with.images.find(derived_uuid(of.id, index))) {
            auto at = with.assets.locate(found->path);
            made.push_back({std::move(*found), std::move(at)});
        }
    return made;
}

int run(cli_context& context, image_options options) {
    auto& wish = options.wish;
    wish.type = type_from(options.type);
    wish.count = options.count.value_or(1);
    wish.character_id = *options.id;
    const auto work = options.shared.opened(context);
    job_order order;
    order.asked.owner = options.shared.owner(context.parts.settings());
    order.asked.surroundings = work.surroundings;
    check_request(work.with, order.asked.owner, wish);
    order.jobs = {{.request = wish, .tries_max = 1}};
    order.cancel_on_stop = true;
    std::optional<job> ended;
    std::vector<made_picture> made;
    {
        progress_view view(context.out, std::size_t(wish.count), context.parts.settings().debug);
        run_jobs(context, order, view,
                 {.ended =
                      [&](const job& one) {
                          made = pictures_of(work.with, one);
                          ended = one;
                      },
                  .picture = [&](const job&) { view.advanced(); },
                  .label = [&](const job&) { return fmt::format("image of {}", *options.id); }});
    }
    if (!ended) throw error(errc::cancelled, "interrupted");
    if (ended->status.state != job_state::done) {
        const auto failure = reason_of(*ended);
        if (made.empty()) throw failure;
        return tell_failure(context, options, made, failure);
    }
    if (options.shared.json) {
        context.out.result(boost::json::serialize(as_json(made)));
    } else {
        const auto owner = work.with.characters.find(wish.character_id);
        print(context.out, made, owner ? owner->name : fmt::format("character {}", *options.id));
    }
    for (const auto& note : ended->notes) context.out.message("note: " + printable(note));
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
    command->add_option("--mood", options->wish.mood, "Like happy, sad or determined");
    command->add_option("--setting", options->wish.setting, "Like \"magical forest\"");
    command->add_option("--prompt", options->wish.prompt, "What else the picture shows");
    add_whole(*command, "--count", options->count, image_count_range,
              "How many pictures, 1 to 100");
    add_whole(*command, "--seed", options->wish.seed, seed_range,
              "Seed of the first, the next follow it");
    options->shared.add_surroundings(*command);
    command->callback([&context, options] {
        context.action = [&context, options] { return run(context, *options); };
    });
}

}  // namespace medusa
