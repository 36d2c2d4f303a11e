#include "pipeline/check_request.hpp"

#include <fmt/format.h>

#include "core/error.hpp"
#include "pipeline/checked_prompt.hpp"
#include "pipeline/draft_to_character.hpp"

namespace medusa {

void check_request(const pipeline_parts& with, const owner_info& owner,
                   const character_request& wanted) {
    auto record = draft_to_character(wanted.draft);
    record.owner = validate(owner);
    checked_prompt(with, record, {});
}

void check_request(const pipeline_parts& with, const owner_info& owner,
                   const image_request& wanted) {
    const auto whole = validate(wanted);
    const auto subject = owned_character(with.characters, owner.user_id, whole.character_id);
    checked_prompt(with, subject, {whole.type, whole.mood, whole.setting, whole.prompt});
}

character owned_character(character_store& characters, const std::string& user_id,
                          std::int64_t id) {
    auto found = characters.find(id);
    if (!found || found->owner.user_id != user_id)
        throw error(errc::not_found, fmt::format("there is no character {}", id),
                    "medusa list shows yours");
    return std::move(*found);
}

}  // namespace medusa
