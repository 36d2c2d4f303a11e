#include "pipeline/create_character.hpp"

#include <future>

#include "domain/slug.hpp"
#include "pipeline/checked_prompt.hpp"
#include "pipeline/draft_to_character.hpp"
#include "pipeline/picture_file.hpp"
#include "record/documents.hpp"

namespace medusa {
namespace {

created_character already_made(const pipeline_parts& with, character record) {
    created_character result{std::move(record), {}, {}, {}};
    for (auto& picture : with.images.of_character(result.record.id))
        if (picture.job_id == result.record.job_id) result.avatar = std::move(picture);
    result.avatar_path = with.assets.locate(result.avatar.path).local_path;
    return result;
}

picture_request avatar_request(const pipeline_parts& with, const character& record) {
    picture_request request;
    request.attempt_id = with.ids.uuid();
    request.appearance = record.appearance;
    request.style = record.style;
    request.prompt = record.generation.prompt;
    request.negative_prompt = record.generation.negative_prompt;
    request.seed = record.generation.seed;
    request.character_seed = record.character_seed;
    request.settings = record.generation.settings;
    return request;
}

void store_embedding(const pipeline_parts& with, character& record, const std::string& text,
                     const embedding& vector) {
    record.embeddings.model = with.vectors.model();
    const auto path = character_folder(with, record) + "/embeddings/embeddings.json";
    record.embeddings.url =
        with.assets.put(path, embeddings_document(record, text, vector), if_present::replace).url;
}

}  // namespace

created_character create_character(const pipeline_parts& with, const create_character_job& job,
                                   const story_context& context) {
    if (auto record = with.characters.find_by_job(job.id))
        return already_made(with, std::move(*record));

    auto record = draft_to_character(job.draft);
    record.job_id = job.id;
    record.owner = job.owner;
    record.created_at = record.updated_at = with.time.now();
    const auto prompt = checked_prompt(with, record, {});
    record.generation.prompt = prompt.positive;
    record.generation.negative_prompt = prompt.negative;

    const auto place = with.reserved.reserve(job.id, job.owner, slug_of(record.name));
    record.id = place.id;
    record.slug = place.slug;

    const auto text = embedding_text(record);
    auto vector = std::async(std::launch::async, [&] { return with.vectors.embed({&text, 1}); });
    context.progress(stage::drawing, 0, 0);
    const auto request = avatar_request(with, record);
    const auto drawn = with.engine.render(
        request, [&](int step, int steps) { context.progress(stage::drawing, step, steps); },
        context.stop);

    context.progress(stage::storing, 0, 0);
    auto avatar = store_picture(with, record, request, drawn, {job.id, 0});
    record.avatar = avatar.url;
    record.generation = avatar.generation;
    store_embedding(with, record, text, vector.get().front());

    context.progress(stage::recording, 0, 0);
    // The image first: a crash between the two leaves an image that no character shows.
    with.images.save(avatar);
    with.characters.save(record);
    created_character result{record, avatar, with.assets.locate(avatar.path).local_path,
                             drawn.notes};
    count_picture(with, result.avatar, result.notes);
    context.progress(stage::done, 0, 0);
    return result;
}

}  // namespace medusa
