#include "pipeline/create_image.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/error.hpp"
#include "core/limits.hpp"
#include "domain/seed.hpp"
#include "domain/validate.hpp"
#include "pipeline/check_request.hpp"
#include "pipeline/checked_prompt.hpp"
#include "pipeline/picture_file.hpp"

namespace medusa {
namespace {

create_image_job valid(create_image_job job) {
    job.owner = validate(job.owner);
    static_cast<image_request&>(job) = validate(image_request(job));
    return job;
}

// The face that later pictures keep. It is read only by an engine that looks at it.
std::optional<reference_picture> avatar_of(const pipeline_parts& with, const character& owner) {
    for (const auto& picture : with.images.of_character(owner.id)) {
        if (picture.type != image_type::avatar) continue;
        return reference_picture{
            picture.id, [&assets = with.assets, path = picture.path] {
                auto file = assets.get(path);
                if (!file)
                    throw error(errc::corrupted,
                                "the character's avatar is missing from the assets",
                                "Draw on without it by --engine sketch, or restore the file");
                return std::move(*file);
            }};
    }
    return std::nullopt;
}

// What all pictures of the job have in common; each has its own index and seed.
picture_request request_for(const pipeline_parts& with, const create_image_job& job,
                            const character& owner, const composed_prompt& prompt) {
    auto request = request_of(with, owner, job.id);
    request.type = job.type;
    request.mood = job.mood;
    request.setting = job.setting;
    request.wish = job.prompt;
    request.prompt = prompt.positive;
    request.negative_prompt = prompt.negative;
    request.reference = avatar_of(with, owner);
    return request;
}

std::uint64_t seed_for(const create_image_job& job, const character& owner, int index) {
    if (!job.seed) return image_seed(owner.character_seed, job.id, index);
    return (*job.seed + std::uint64_t(index)) % (limits::seed_max + 1);
}

// The picture if this job has made it already.
std::optional<image> made_before(const pipeline_parts& with, const create_image_job& job,
                                 int index) {
    auto found = with.images.find(derived_uuid(job.id, index));
    return found && found->character_id == job.character_id ? found : std::nullopt;
}

// The picture once it is recorded, or the one of another story of this job that was quicker.
image recorded(const pipeline_parts& with, const character& owner, image picture,
               std::vector<std::string>& notes) {
    const auto save = [&] { return with.images.save(picture); };
    if (record_counted(with, picture, notes, save)) return picture;
    auto first = with.images.find(picture.id);
    if (!first) throw error(errc::conflict, "the character was removed while it was drawn");
    yield_picture(with, owner, *first);
    count_picture(with, *first, notes);
    return std::move(*first);
}

}  // namespace

created_images create_image(const pipeline_parts& with, const create_image_job& given,
                            const story_context& context, const picture_made& tell) {
    const auto job = valid(given);
    created_images result{
        owned_character(with.characters, job.owner.user_id, job.character_id), {}, {}, {}};
    const auto prompt =
        checked_prompt(with, result.owner, {job.type, job.mood, job.setting, job.prompt});
    auto request = request_for(with, job, result.owner, prompt);
    for (int index = 0; index < job.count; ++index) {
        auto picture = made_before(with, job, index);
        if (picture) {
            count_picture(with, *picture, result.notes);
        } else {
            request.image_index = index;
            request.seed = seed_for(job, result.owner, index);
            context.progress(stage::drawing, index, job.count);
            const auto one = rendered(with, request, context);
            picture = store_picture(with, result.owner, request, one);
            context.kept.reached(job_stage::uploaded);
            context.progress(stage::recording, index, job.count);
            picture = recorded(with, result.owner, std::move(*picture), result.notes);
            context.kept.reached(job_stage::recorded);
            for (const auto& note : one.drawn.notes)
                if (std::find(result.notes.begin(), result.notes.end(), note) == result.notes.end())
                    result.notes.push_back(note);
        }
        result.paths.push_back(with.assets.locate(picture->path).local_path);
        result.images.push_back(std::move(*picture));
        if (tell) tell(result.images.back(), result.paths.back());
        context.kept.picture_whole(index);
    }
    context.progress(stage::done, job.count, job.count);
    return result;
}

}  // namespace medusa
