#include "pipeline/give_up.hpp"

#include <fmt/format.h>

#include <exception>
#include <variant>

#include "pipeline/picture_file.hpp"
#include "pipeline/vacant_slug.hpp"

namespace medusa {
namespace {

void remove_files_of(const pipeline_parts& with, const std::string& folder,
                     const std::string& picture_id) {
    for (const auto& path : with.assets.list(folder))
        if (path.find(picture_id) != std::string::npos) with.assets.remove(path);
}

void give_up_character(const pipeline_parts& with, const job& ended) {
    // Looked up before its record, so that a job which comes back meanwhile keeps what it has.
    const auto found = with.reserved.find(ended.id);
    if (!found || with.characters.find_by_job(ended.id)) return;
    if (!with.reserved.release_unused(*found)) return;
    const auto folder = character_folder(found->held);
    while_vacant(with, ended.owner, found->held.slug, [&] {
        remove_files_of(with, folder, derived_uuid(ended.id, 0));
        with.assets.remove(embeddings_path(folder));
    });
}

void yield_picture_at_hand(const pipeline_parts& with, const job& lost) {
    const auto kept = with.images.find(derived_uuid(lost.id, lost.status.pictures));
    const auto owner = kept ? with.characters.find(kept->character_id) : std::nullopt;
    if (owner) yield_picture(with, *owner, *kept);
}

// Only the picture at hand can have files without a record. A worker that has lost the job may be
// about to record it all the same: then they wait for a sweep.
void give_up_picture(const pipeline_parts& with, const job& ended, std::int64_t character_id) {
    if (was_lost(ended)) return;
    const auto picture_id = derived_uuid(ended.id, ended.status.pictures);
    const auto owner = with.characters.find(character_id);
    if (!owner || owner->owner.user_id != ended.owner.user_id || with.images.find(picture_id))
        return;
    remove_files_of(with, character_folder(with, *owner), picture_id);
}

}  // namespace

void give_up(const pipeline_parts& with, const job& ended) noexcept {
    try {
        if (const auto* wanted = std::get_if<image_request>(&ended.request))
            give_up_picture(with, ended, wanted->character_id);
        else
            give_up_character(with, ended);
    } catch (const std::exception&) {
        // The user hears of the failure that ended the job, not of this one.
    }
}

void yield_to_others(const pipeline_parts& with, const job& lost) noexcept {
    try {
        yield_picture_at_hand(with, lost);
    } catch (const std::exception&) {
        // The picture is there; its manifest tells of another drawing of it.
    }
}

}  // namespace medusa
