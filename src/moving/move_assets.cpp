#include "moving/move_assets.hpp"

#include <fmt/format.h>

#include <atomic>

#include "core/hash.hpp"
#include "moving/walk.hpp"

namespace medusa {
namespace {

bool is_sound(const named_file& file, const std::string& bytes) {
    return file.sha256.empty() || sha256_hex(bytes) == file.sha256;
}

// What the other place has counts where the source has nothing, or nothing sound, any more.
bool is_there_already(const named_file& file, const std::optional<std::string>& bytes,
                      const std::optional<std::string>& there) {
    if (!there) return false;
    if (bytes == there) return true;
    return file.sha256.empty() ? !bytes : is_sound(file, *there);
}

void store(asset_store& to, const named_file& file, const std::string& bytes, move_tally& tally) {
    to.put(file.path, bytes);
    if (to.get(file.path) != bytes)
        throw error(errc::corrupted, "it was stored, and reads back otherwise");
    tally.count(&move_report::files, false);
    tally.add_bytes(bytes.size());
}

}  // namespace

bool place_file(asset_store& to, const named_file& file, const std::optional<std::string>& bytes,
                move_tally& tally) {
    return tally.attempt(file.path, [&] {
        const auto there = to.get(file.path);
        if (bytes && is_sound(file, *bytes) && !there) return store(to, file, *bytes, tally);
        if (is_there_already(file, bytes, there)) return tally.count(&move_report::files, true);
        if (!bytes && !file.expected) return;
        if (!bytes) throw error(errc::not_found, "the file is missing");
        if (!is_sound(file, *bytes))
            throw error(errc::corrupted, "the file is not the one that its record describes");
        throw error(errc::conflict, "another file is there already, it stays");
    });
}

move_report move_assets(const stores& records, asset_store& from, asset_store& to,
                        const move_context& context) {
    move_tally tally;
    const auto total = count_characters(*records.characters, context.stop);
    const auto books = records.books->all();
    std::atomic<std::size_t> done{0};
    const auto advance = [&] { context.progress("characters", ++done, total); };

    const auto move_one = [&](const character& record) {
        const auto kept = read_kept(records, record, tally);
        const auto folder = tree_folder(books, record);
        bool whole = true;
        for (const auto& file : files_of(kept, folder)) {
            expect_no_stop(context.stop);
            whole = place_file(to, file, from.get(file.path), tally) && whole;
        }
        if (!whole) return tally.add_half(name_of(record), "its records lead where they did");
        auto moved = kept;
        set_places(moved, places_in(to, kept, folder));
        const bool was_there = moved.record == record && moved.images == kept.images;
        if (!was_there) records.images->relocate(record.id, places_in(to, kept, folder));
        tally.count(&move_report::characters, was_there);
    };
    const visitor visit{
        [&](const character& record) {
            tally.attempt(name_of(record), [&] { move_one(record); });
            advance();
        },
        [&](std::int64_t id) {
            tally.add(trouble_kind::damaged, fmt::format("character {}", id),
                      "its record cannot be read, so its files are not known");
            advance();
        },
    };
    walk(*records.characters, visit, context.stop);
    return tally.take(total);
}

}  // namespace medusa
