#include "pipeline/picture_file.hpp"

#include <fmt/format.h>

#include <functional>
#include <future>
#include <optional>
#include <utility>

#include "card/infotext.hpp"
#include "card/png.hpp"
#include "card/xmp.hpp"
#include "core/error.hpp"
#include "core/hash.hpp"
#include "core/version.hpp"
#include "number/image_number.hpp"
#include "record/documents.hpp"

namespace medusa {
namespace {

stage stage_of(render_progress::state reached) {
    switch (reached) {
        case render_progress::state::warming:
            return stage::warming;
        case render_progress::state::waiting:
            return stage::waiting;
        case render_progress::state::drawing:
            return stage::drawing;
    }
    return stage::drawing;
}

void check_picture(const picture& drawn, const picture_request& request) {
    const auto seen = read_png(drawn.png);
    // A graph of the user's own may draw in a size of its own.
    const int width = request.workflow ? drawn.width : request.settings.width;
    const int height = request.workflow ? drawn.height : request.settings.height;
    if (int(seen.width) != width || int(seen.height) != height)
        throw error(errc::unavailable,
                    fmt::format("Image download failed: the engine sent {}x{} pixels, asked for "
                                "were {}x{}",
                                seen.width, seen.height, width, height),
                    "Try again; if it stays so, look at the engine's log");
}

// The A1111 text claims only what happened: an engine without a model did not sample.
std::string parameters_of(const picture& drawn, generation_facts facts) {
    if (drawn.model.empty()) {
        facts.settings.model.clear();
        facts.settings.sampler.clear();
        facts.settings.scheduler.clear();
        facts.settings.steps = 0;
        facts.settings.cfg = 0;
    }
    return infotext(facts);
}

// What the file says about itself: A1111 parameters, XMP and our own record.
std::string with_marks(const picture& drawn, const character& owner, const image& record) {
    const auto packet = xmp_packet({.source_type = drawn.source_type,
                                    .creator_tool = fmt::format("medusa {}", version),
                                    .created_at = to_rfc3339(record.created_at),
                                    .job_id = record.job_id,
                                    .attribution = drawn.attribution});
    std::vector<png_text> marks{
        {"parameters", parameters_of(drawn, record.generation)},
        {"XML:com.adobe.xmp", packet, true},
        {"medusa", manifest_document(owner, record), true},
    };
    if (!drawn.attribution.empty()) marks.push_back({"Copyright", drawn.attribution});
    return add_text(drawn.png, marks);
}

void store_manifest(const pipeline_parts& with, const character& owner, const image& record) {
    with.assets.put(fmt::format("{}/generations/{}.json", character_folder(with, owner), record.id),
                    manifest_document(owner, record), if_present::replace);
}

generation_facts facts_of(const picture_request& request, const picture& drawn) {
    generation_facts facts;
    facts.prompt = request.prompt;
    facts.negative_prompt = request.negative_prompt;
    facts.seed = request.seed;
    facts.settings = request.settings;
    facts.settings.width = drawn.width;
    facts.settings.height = drawn.height;
    if (!drawn.model.empty()) facts.settings.model = drawn.model;
    facts.engine = drawn.engine;
    facts.engine_version = drawn.engine_version;
    facts.identity_method = drawn.identity_method;
    facts.attribution = drawn.attribution;
    return facts;
}

constexpr int turn_tries_max = 2;  // at the number file

std::string uncounted(const error& failure) {
    return std::string("the picture is stored but not counted: ") + failure.what();
}

}  // namespace

picture_request request_of(const pipeline_parts& with, const character& owner,
                           const std::string& job_id) {
    picture_request request;
    request.job_id = job_id;
    request.appearance = owner.appearance;
    request.style = owner.style;
    request.character_seed = owner.character_seed;
    request.settings = owner.generation.settings;
    if (with.workflow) request.workflow = with.workflow->graph;
    return request;
}

progress_sink drawing_progress(const story_context& context) {
    return [&context](const render_progress& told) {
        context.progress(stage_of(told.reached), told.step, told.steps);
    };
}

std::string character_folder(const pipeline_parts& with, const character& owner) {
    return character_folder({owner.id, owner.slug, with.reserved.user_folder(owner.owner)});
}

std::string character_folder(const reservation& held) {
    return fmt::format("{}/characters/{}", held.user_folder, held.slug);
}

std::string embeddings_path(const std::string& folder) {
    return folder + "/embeddings/embeddings.json";
}

rendered_picture rendered(const pipeline_parts& with, const picture_request& request,
                          const story_context& context) {
    if (auto before = context.kept.rendered(request.image_index)) return std::move(*before);
    rendered_picture fresh;
    auto wanted = request;
    wanted.left = context.left;
    fresh.drawn = with.engine.render(wanted, drawing_progress(context), context.stop);
    fresh.drawn_at = with.time.now();
    check_picture(fresh.drawn, request);
    context.kept.keep(request.image_index, fresh);
    return fresh;
}

image store_picture(const pipeline_parts& with, const character& owner,
                    const picture_request& request, const rendered_picture& one) {
    const auto& drawn = one.drawn;
    image record;
    record.id = derived_uuid(request.job_id, request.image_index);
    record.character_id = owner.id;
    record.type = request.type;
    record.folder = folder_of(request.type);
    record.width = drawn.width;
    record.height = drawn.height;
    record.mood = request.mood;
    record.setting = request.setting;
    record.generation = facts_of(request, drawn);
    record.reference_image_id = drawn.reference_image_id;
    record.job_id = request.job_id;
    record.created_at = one.drawn_at;

    // Beside the picture, since each waits for the disk.
    auto manifest =
        std::async(std::launch::async, store_manifest, std::cref(with), std::cref(owner), record);
    const auto file = with_marks(drawn, owner, record);
    record.sha256 = sha256_hex(file);
    const auto folder = character_folder(with, owner);
    record.path = fmt::format("{}/{}/{}-{}.png", folder, record.folder, record.id,
                              record.sha256.substr(0, 8));
    record.url = with.assets.locate(record.path).url;
    with.assets.put(record.path, file);
    manifest.get();
    return record;
}

void yield_picture(const pipeline_parts& with, const character& owner, const image& kept) {
    const auto folder = fmt::format("{}/{}", character_folder(with, owner), kept.folder);
    for (const auto& path : with.assets.list(folder))
        if (path != kept.path && path.find(kept.id) != std::string::npos) with.assets.remove(path);
    store_manifest(with, owner, kept);
}

bool record_counted(const pipeline_parts& with, image& record, std::vector<std::string>& notes,
                    const std::function<bool()>& save) {
    std::optional<number_turn> turn;
    std::optional<std::string> note;
    for (int tries = 1; !turn; ++tries) {
        try {
            turn.emplace(with.number_file, with.images);
            break;
        } catch (const error& failure) {
            note = uncounted(failure);
            if (failure.code() != errc::timed_out || tries == turn_tries_max) break;
        }
        // Who keeps the file for so long may be waiting for a store that does not answer.
        with.images.highest_number();
    }
    // What fails here is the store, which the story cannot do without either.
    if (turn) record.number = turn->next();
    if (!save()) return false;
    try {
        if (turn) note = turn->advance(*record.number);
    } catch (const error& failure) {
        note = uncounted(failure);
    }
    if (note) notes.push_back(std::move(*note));
    return true;
}

void count_picture(const pipeline_parts& with, image& record, std::vector<std::string>& notes) {
    try {
        auto counted = count_image(with.number_file, with.images, record.id);
        record.number = counted.number;
        if (counted.warning) notes.push_back(std::move(*counted.warning));
    } catch (const error& failure) {
        notes.push_back(uncounted(failure));
    }
}

}  // namespace medusa
