// Files that a search index is loaded from, with every checksum right: what is loaded can be used.
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "core/files.hpp"
#include "fuzz.hpp"
#include "search/flat/flat_index.hpp"
#include "search/hnsw/hnsw_index.hpp"
#include "search/snapshot.hpp"

namespace {

using namespace medusa;

constexpr std::size_t dimension = 8;
constexpr std::size_t found_most = 10;
const vector_space space{dimension, "none"};

// Two bytes, the kind and the number of entries, then what follows a snapshot's head.
void write(const std::filesystem::path& file, const index_kind& kind, std::uint8_t entries,
           std::string_view body) {
    snapshot_writer to(file, {std::string(kind.name), space, "7", entries});
    to.bytes(body.data(), body.size());
    to.finish();
}

void use(vector_index& index, const std::filesystem::path& file) {
    std::array<float, dimension> query{};
    query[0] = 1;
    const auto all = index.ids();
    fuzzing::expect(all.size() == index.size());
    fuzzing::expect(index.search(query, found_most).size() <= found_most);
    index.search(query, found_most, {"anna", "fantasy", {"elf"}});
    for (const auto id : all) fuzzing::expect(index.find(id).has_value());
    if (!all.empty()) {
        fuzzing::expect(index.remove(all.front()));
        index.upsert(all.back(), query, {"anna", "", {"elf"}});
        fuzzing::expect(index.find(all.back()).has_value());
    }
    index.upsert(-5, query, {});
    fuzzing::expect(!index.search(query, 1).empty());
    index.save(file, "8");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) return 0;
    static const auto file = std::filesystem::temp_directory_path() /
                             ("medusa-fuzz-" + std::to_string(::getpid()) + ".index");
    const auto& kind = data[0] % 2 == 0 ? flat_index_kind : hnsw_index_kind;
    write(file, kind, data[1], fuzzing::text_of(data + 2, size - 2));
    try {
        const auto loaded = kind.load(file, space);
        use(*loaded.index, file);
        fuzzing::expect(kind.load(file, space).index->size() == loaded.index->size());
    } catch (const error& refused) {
        fuzzing::expect(refused.code() == errc::corrupted);
    }
    std::filesystem::remove(file);
    return 0;
}
