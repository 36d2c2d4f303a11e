// Characters that are stored by their words alone: without a picture or a file. Test code.
#pragma once

#include <string>

#include "pipeline/draft_to_character.hpp"
#include "store/stores.hpp"

namespace medusa::testing_support {

inline character store_drafted(const stores& on, const character_draft& draft,
                               const owner_info& owner, const std::string& job_id) {
    auto record = draft_to_character(draft);
    record.owner = owner;
    record.job_id = job_id;
    const auto held = on.reserved->reserve(record.job_id, owner, "");
    record.id = held.id;
    record.slug = held.slug;
    record.created_at = record.updated_at = from_rfc3339("2026-11-23T12:00:00.000Z");
    on.characters->save(record);
    return record;
}

inline character store_described(const stores& on, const std::string& name,
                                 const std::string& description,
                                 const std::vector<std::string>& tags = {},
                                 const std::string& style = "anime",
                                 const owner_info& owner = {"local", "anna"}) {
    character_draft draft;
    draft.name = name;
    draft.description = description;
    draft.tags = tags;
    draft.style = style;
    return store_drafted(on, draft, owner, "job of " + owner.user_id + " " + name);
}

}  // namespace medusa::testing_support
