#include <fmt/format.h>

#include <boost/json.hpp>
#include <chrono>
#include <memory>

#include "cli/context.hpp"
#include "cli/following.hpp"
#include "cli/options.hpp"
#include "cli/results.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "domain/style.hpp"
#include "recall/desk.hpp"
#include "recall/match_text.hpp"

namespace medusa {
namespace {

namespace json = boost::json;

constexpr whole_range hits_range{1, std::int64_t(recall_most)};
constexpr std::size_t default_hits = 10;
constexpr std::size_t shown_reasons = 6;

struct search_options {
    std::vector<std::string> words;  // of the text; or ids
    std::vector<std::string> less;
    std::string style;
    std::vector<std::string> tags;
    std::optional<std::size_t> limit;
    std::string user_id;
    bool json = false;

    recall_filter filter(cli_context& context) const {
        recall_filter wanted;
        wanted.user_id = user_id.empty() ? context.parts.settings().user_id : user_id;
        if (!style.empty()) wanted.style = style_of(style).name;
        for (const auto& text : tags)
            for (auto& tag : split(text, ',')) wanted.tags.push_back(std::move(tag));
        return wanted;
    }

    void add(CLI::App& command) {
        command.add_option("--style", style, "Of this style only");
        command.add_option("--tag", tags, "With this tag or trait only, or with all: shy,elf")
            ->allow_extra_args(false);
        add_whole(command, "--limit", limit, hits_range, "At most so many, 10 without it");
        command.add_option("--userId", user_id, "Whose, yours without it");
        command.add_flag("--json", json, "Print one JSON array of records, each with its match");
    }
};

void print(cli_context& context, const recalled_character& hit, std::size_t place,
           const created_character& shown) {
    const auto& record = hit.record;
    context.out.result(fmt::format("{:>3}. {} - ID: {}  {}", place, printable(record.name),
                                   record.id, record.style));
    const auto row = [&](const char* what, std::vector<std::string> words) {
        if (words.size() > shown_reasons) words.resize(shown_reasons);
        if (!words.empty())
            context.out.result(fmt::format("     {:<8} {}", what,
                                           printable(fmt::format("{}", fmt::join(words, ", ")))));
    };
    row("meaning", {fmt::format("{:.0f} % alike", 100 * std::max(hit.similarity, 0.0))});
    row("says", hit.words);
    row("shares", hit.shared);
    const auto& at = shown.avatar_path;
    context.out.result(fmt::format("     {}", printable(at.empty() ? record.avatar : at.string())));
}

int show(cli_context& context, const std::vector<recalled_character>& hits,
         const search_options& options) {
    const auto& with = context.parts.open({});
    json::array rows;
    std::size_t place = 0;
    for (const auto& hit : hits) {
        const auto shown = as_made(with, hit.record);
        if (!options.json) {
            print(context, hit, ++place, shown);
            continue;
        }
        auto row = to_result(shown);
        row["match"] = match_json(hit);
        rows.push_back(std::move(row));
    }
    if (options.json)
        context.out.result(json::serialize(rows));
    else if (hits.empty())
        context.out.message(
            "Nobody. medusa list shows all your characters, medusa generate makes one.");
    return 0;
}

int run_search(cli_context& context, const search_options& options) {
    follow_store(context);
    const auto text = fmt::format("{}", fmt::join(options.words, " "));
    const auto hits = context.parts.recall().search(text, options.filter(context),
                                                    options.limit.value_or(default_hits));
    return show(context, hits, options);
}

int run_similar(cli_context& context, const search_options& options) {
    const auto like = liked_in(options.words);
    const auto unlike = liked_in(options.less);
    follow_store(context);
    const auto hits = context.parts.recall().similar(like, unlike, options.filter(context),
                                                     options.limit.value_or(default_hits));
    return show(context, hits, options);
}

int run_reindex(cli_context& context, bool as_json) {
    const auto began = std::chrono::steady_clock::now();
    auto& index = context.parts.search_index();
    const auto entries = follow_shown(
        context, [&](const follow_progress& tell) { return index.rebuild(tell, context.stop); });
    index.save();
    if (index.damaged() > 0)
        context.out.warning(fmt::format("{} cannot be read, and so cannot be found: medusa list",
                                        counted(index.damaged(), "record")));
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    context.out.result(as_json ? json::serialize(json::object{{"characters", entries},
                                                              {"damaged", index.damaged()},
                                                              {"seconds", took.count()}})
                               : fmt::format("✅ {} can be found, indexed in {:.1f} s",
                                             counted(entries, "character"), took.count()));
    return index.damaged() > 0 ? info(errc::corrupted).exit_code : 0;
}

}  // namespace

void add_search(CLI::App& program, cli_context& context) {
    auto* command = program.add_subcommand("search", "Find characters by what they are like");
    command->footer("Example:\n  medusa search \"a shy android who plays music\" --limit 5");
    const auto options = std::make_shared<search_options>();
    command->add_option("text", options->words, "What they are like, in your own words")
        ->required();
    options->add(*command);
    command->callback([&context, options] {
        context.action = [&context, options] { return run_search(context, *options); };
    });
}

void add_similar(CLI::App& program, cli_context& context) {
    auto* command = program.add_subcommand("similar", "Find characters that are like others");
    command->footer(
        "Example:\n  medusa similar 123456\n\n"
        "More like these, less like that, the second twice as much as the first:\n"
        "  medusa similar 123456 123457:2 --less 123458");
    const auto options = std::make_shared<search_options>();
    command->add_option("id", options->words, "Ids, each with a weight if you like: 123456:2")
        ->required();
    command->add_option("--less", options->less, "And not like this one; may be given again")
        ->allow_extra_args(false);
    options->add(*command);
    command->callback([&context, options] {
        context.action = [&context, options] { return run_similar(context, *options); };
    });
}

void add_reindex(CLI::App& program, cli_context& context) {
    auto* command =
        program.add_subcommand("reindex", "Make the search index anew from the characters");
    command->footer("Example:\n  medusa reindex");
    const auto as_json = std::make_shared<bool>();
    command->add_flag("--json", *as_json, "Print one JSON document");
    command->callback([&context, as_json] {
        context.action = [&context, as_json] { return run_reindex(context, *as_json); };
    });
}

}  // namespace medusa
