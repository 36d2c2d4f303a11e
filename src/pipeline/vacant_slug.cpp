#include "pipeline/vacant_slug.hpp"

namespace medusa {

void while_vacant(const pipeline_parts& with, const owner_info& owner, const std::string& slug,
                  const std::function<void()>& act) {
    const auto job = with.ids.uuid();
    if (with.reserved.reserve(job, owner, slug).slug == slug) act();
    with.reserved.release(job);
}

}  // namespace medusa
