#include "contract/store_contract.hpp"

namespace medusa {

character record_for(const std::string& job_id, const owner_info& owner, const reservation& held,
                     const std::string& name) {
    character record;
    record.id = held.id;
    record.name = name;
    record.description = "A mystical elven sorceress with silver hair";
    record.traits = {"mystical", {"wise", "calm"}};
    record.tags.genre = {"fantasy"};
    record.tags.appearance = {"Silver Hair"};
    record.generation.prompt = "portrait";
    record.generation.seed = 42;
    record.character_seed = 4'164'696'983u;
    record.owner = owner;
    record.slug = held.slug;
    record.style = "fantasy";
    record.appearance.hair_color = "silver";
    record.job_id = job_id;
    record.created_at = from_rfc3339("2026-11-23T01:35:09.045Z");
    record.updated_at = record.created_at;
    return record;
}

image image_for(const std::string& id, std::int64_t character_id) {
    image record;
    record.id = id;
    record.character_id = character_id;
    record.folder = "avatar";
    record.path = "anna/characters/luna/avatar/" + id + ".png";
    record.sha256 = std::string(64, 'a');
    record.width = 1024;
    record.height = 1024;
    record.created_at = from_rfc3339("2026-11-23T01:35:09.045Z");
    return record;
}

}  // namespace medusa
