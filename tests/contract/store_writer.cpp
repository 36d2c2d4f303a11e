// A process that makes characters in a store, for the tests with several processes.
//
//   store_writer KIND FOLDER NAME COUNT
//
// Makes COUNT characters named NAME with the jobs NAME-0, NAME-1 ... and prints each id once its
// record is saved, so that a test knows what was acknowledged before it killed the process.
#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <string>

#include "contract/store_contract.hpp"
#include "store/sqlite/sqlite_store.hpp"

namespace medusa {
namespace {

stores open_store(const std::string& kind, const std::filesystem::path& folder) {
    if (kind == "sqlite") return make_sqlite_store({.file = folder / "medusa.db"});
    throw std::runtime_error("unknown kind of store: " + kind);
}

void make_characters(const stores& store, const std::string& name, int count) {
    const owner_info owner{"local", "anna"};
    for (int i = 0; i < count; ++i) {
        const auto job = fmt::format("{}-{}", name, i);
        const auto held = store.reserved->reserve(job, owner, "luna");
        store.images->save(image_for(job + "-image", held.id));
        store.characters->save(record_for(job, owner, held, name));
        fmt::print("{}\n", held.id);
        std::fflush(stdout);
    }
}

}  // namespace
}  // namespace medusa

int main(int count, char** words) {
    try {
        if (count != 5) throw std::runtime_error("store_writer KIND FOLDER NAME COUNT");
        medusa::make_characters(medusa::open_store(words[1], words[2]), words[3],
                                std::stoi(words[4]));
    } catch (const std::exception& reason) {
        fmt::print(stderr, "store_writer: {}\n", reason.what());
        return 1;
    }
}
