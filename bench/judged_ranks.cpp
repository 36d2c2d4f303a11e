// Ranks characters for queries by the search of the program: a store of its own is filled, followed
// and searched. For each query a line of JSON to stdout: its id, and the ids found by words alone,
// by meaning alone, and by both as people get them; at most 100 of each.
//
//   judged_ranks MODELS CHARACTERS.jsonl QUERIES.jsonl FOLDER
#include <fmt/format.h>

#include <boost/json.hpp>
#include <fstream>
#include <iostream>
#include <map>

#include "asset/local/local_assets.hpp"
#include "core/error.hpp"
#include "embed/minilm/minilm.hpp"
#include "recall/query_words.hpp"
#include "store/sqlite/sqlite_store.hpp"
#include "support/described.hpp"
#include "support/draft_line.hpp"
#include "support/recall_on_trial.hpp"

namespace {

namespace json = boost::json;
namespace fs = std::filesystem;
using namespace medusa;

constexpr std::size_t depth = 100;

template <class Use>
void each_line(const fs::path& file, const Use& use) {
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) use(json::parse(line));
}

int run(const fs::path& models, const fs::path& characters, const fs::path& queries,
        const fs::path& folder) {
    const auto stored = make_sqlite_store({.file = folder / "medusa.db"});
    const auto assets = make_local_asset_store(folder / "assets", "/assets/");
    const auto model = make_minilm_embedder({.models = models, .threads = 2});
    testing_support::recall_on_trial search(stored, *assets, folder, *model);
    std::map<std::int64_t, json::string> names;
    owner_info owner{"judged", "judged"};
    each_line(characters, [&](const json::value& line) {
        const auto made = testing_support::store_drafted(
            stored, testing_support::draft_of(line), owner, std::string(line.at("id").as_string()));
        names[made.id] = line.at("id").as_string();
    });
    search.follower.catch_up();

    const auto named = [&](const auto& hits, const auto& id_of) {
        json::array ids;
        for (const auto& hit : hits) ids.push_back(names.at(id_of(hit)));
        return ids;
    };
    each_line(queries, [&](const json::value& line) {
        const std::string text(line.at("text").as_string());
        const auto meaning = model->embed({&text, 1}).front();
        const auto index = search.follower.index();
        std::cout << json::serialize(json::object{
                         {"query", line.at("id")},
                         {"words", named(stored.words->saying({.words = words_of(text),
                                                               .user_id = owner.user_id,
                                                               .limit = depth}),
                                         [](std::int64_t id) { return id; })},
                         {"meaning", named(index->search(meaning, depth, {owner.user_id, {}, {}}),
                                           [](const search_hit& hit) { return hit.id; })},
                         {"both", named(search.desk.search(text, {owner.user_id}, depth),
                                        [](const auto& hit) { return hit.record.id; })}})
                  << "\n";
    });
    return std::cout ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 5) {
        fmt::print(
            stderr,
            "usage: judged_ranks MODELS CHARACTERS.jsonl QUERIES.jsonl FOLDER >ranks.jsonl\n");
        return 2;
    }
    try {
        return run(argv[1], argv[2], argv[3], argv[4]);
    } catch (const std::exception& failure) {
        fmt::print(stderr, "judged_ranks: {}\n", failure.what());
        return 1;
    }
}
