#include "pipeline/create_character.hpp"

#include <fmt/format.h>

#include <functional>
#include <future>
#include <utility>

#include "core/error.hpp"
#include "domain/slug.hpp"
#include "pipeline/checked_prompt.hpp"
#include "pipeline/draft_to_character.hpp"
#include "pipeline/embedding_file.hpp"
#include "pipeline/picture_file.hpp"
#include "record/documents.hpp"

namespace medusa {
namespace {

created_character already_made(const pipeline_parts& with, character record) {
    created_character result{std::move(record), {}, {}, {}};
    for (auto& picture : with.images.of_character(result.record.id))
        if (picture.job_id == result.record.job_id) result.avatar = std::move(picture);
    if (result.avatar.path.empty()) {
        result.notes.push_back(fmt::format(
            "character {} has lost the record of its picture; more pictures: medusa image {}",
            result.record.id, result.record.id));
        return result;
    }
    result.avatar_path = with.assets.locate(result.avatar.path).local_path;
    count_picture(with, result.avatar, result.notes);
    return result;
}

picture_request avatar_request(const pipeline_parts& with, const character& record) {
    auto request = request_of(with, record, record.job_id);
    request.prompt = record.generation.prompt;
    request.negative_prompt = record.generation.negative_prompt;
    request.seed = record.generation.seed;
    return request;
}

// Another story of this job was quicker: its character counts, and its files are put in order.
created_character yield_to_first(const pipeline_parts& with, const image& lost) {
    auto first = with.characters.find_by_job(lost.job_id);
    if (!first) throw error(errc::conflict, "the character was removed while it was made");
    auto result = already_made(with, std::move(*first));
    if (result.avatar.path.empty()) return result;
    yield_picture(with, result.record, result.avatar);
    store_embedding(with, result.record);
    return result;
}

created_character draw_and_record(const pipeline_parts& with, character record,
                                  const story_context& context) {
    // Done long before the picture is, so that nothing waits for it and for its files.
    auto embedded = std::async(std::launch::async, store_embedding, std::cref(with), record);
    context.progress(stage::drawing, 0, 0);
    const auto request = avatar_request(with, record);
    const auto one = rendered(with, request, context);

    context.progress(stage::storing, 0, 0);
    auto avatar = store_picture(with, record, request, one);
    record.avatar = avatar.url;
    record.generation = avatar.generation;
    record.embeddings = embedded.get();
    context.kept.reached(job_stage::uploaded);

    context.progress(stage::recording, 0, 0);
    auto notes = one.drawn.notes;
    const auto save = [&] { return with.characters.create(record, avatar); };
    if (!record_counted(with, avatar, notes, save)) return yield_to_first(with, avatar);
    context.kept.reached(job_stage::recorded);
    const auto path = with.assets.locate(avatar.path).local_path;
    return {std::move(record), std::move(avatar), path, std::move(notes)};
}

}  // namespace

created_character create_character(const pipeline_parts& with, const create_character_job& job,
                                   const story_context& context) {
    if (auto record = with.characters.find_by_job(job.id))
        return already_made(with, std::move(*record));

    auto record = draft_to_character(job.draft);
    record.job_id = job.id;
    record.owner = validate(job.owner);
    record.created_at = record.updated_at = with.time.now();
    const auto prompt = checked_prompt(with, record, {});
    record.generation.prompt = prompt.positive;
    record.generation.negative_prompt = prompt.negative;

    const auto place = with.reserved.reserve(job.id, record.owner, slug_of(record.name));
    record.id = place.id;
    record.slug = place.slug;
    auto result = draw_and_record(with, record, context);
    context.progress(stage::done, 0, 0);
    return result;
}

}  // namespace medusa
