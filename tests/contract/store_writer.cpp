// A process that makes characters in a store, for the tests with several processes.
//
//   store_writer STORE FOLDER NAME COUNT
//
// STORE is "sqlite", for a file in FOLDER, or the address of a MongoDB database. Makes COUNT
// characters named NAME with the jobs NAME-0, NAME-1 ..., each with an image whose file lies in
// FOLDER/assets and whose number is counted in FOLDER/number, in the order of the pipeline. Prints
// each id once all of it is stored, so that a test knows what was acknowledged before it killed the
// process.
#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <string>

#include "asset/local/local_assets.hpp"
#include "contract/store_contract.hpp"
#include "core/hash.hpp"
#include "number/image_number.hpp"
#include "store/mongo/mongo_store.hpp"
#include "store/sqlite/sqlite_store.hpp"

namespace medusa {
namespace {

stores open_store(const std::string& store, const std::filesystem::path& folder) {
    if (store == "sqlite") return make_sqlite_store({.file = folder / "medusa.db"});
    if (store.starts_with("mongodb")) return make_mongo_store({.uri = store});
    throw std::runtime_error("unknown store: " + store);
}

std::string picture_of(const std::string& job) {
    std::string bytes;
    while (bytes.size() < 50'000) bytes += job;
    return bytes;
}

void make_characters(const stores& store, const std::filesystem::path& folder,
                     const std::string& name, int count) {
    const owner_info owner{"local", "anna"};
    const auto assets = make_local_asset_store(folder / "assets");
    for (int i = 0; i < count; ++i) {
        const auto job = fmt::format("{}-{}", name, i);
        const auto held = store.reserved->reserve(job, owner, "luna");
        auto avatar = image_for(job + "-image", held.id);
        const auto bytes = picture_of(job);
        avatar.sha256 = sha256_hex(bytes);
        avatar.path = fmt::format("{}/characters/{}/avatar/{}-{}.png", held.user_folder, held.slug,
                                  avatar.id, avatar.sha256.substr(0, 8));
        avatar.url = assets->put(avatar.path, bytes).url;
        number_turn turn(folder / "number", *store.images);
        avatar.number = turn.next();
        if (store.characters->create(record_for(job, owner, held, name), avatar))
            turn.advance(*avatar.number);
        fmt::print("{}\n", held.id);
        std::fflush(stdout);
    }
}

}  // namespace
}  // namespace medusa

int main(int count, char** words) {
    try {
        if (count != 5) throw std::runtime_error("store_writer STORE FOLDER NAME COUNT");
        medusa::make_characters(medusa::open_store(words[1], words[2]), words[2], words[3],
                                std::stoi(words[4]));
    } catch (const std::exception& reason) {
        fmt::print(stderr, "store_writer: {}\n", reason.what());
        return 1;
    }
}
