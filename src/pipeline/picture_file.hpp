// From a character to the request for its picture, and from the drawn picture to its file, manifest
// and record: the steps that every story shares.
// Any thread.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "pipeline/parts.hpp"

namespace medusa {

// "{user folder}/characters/{slug}": where everything of a character lies.
std::string character_folder(const pipeline_parts& with, const character& owner);
std::string character_folder(const reservation& held);
// Below that, the file of its embedding.
std::string embeddings_path(const std::string& folder);

// What every picture of `owner` asks of an engine; prompt, seed and reference are the story's.
picture_request request_of(const pipeline_parts& with, const character& owner,
                           const std::string& job_id);

// Passes on what an engine tells; `context` must outlive the call that it is handed to.
progress_sink drawing_progress(const story_context& context);

// The picture that is asked for: the one that its job has drawn before, else a new one, which is
// checked and kept. Throws error(unavailable) for a picture that is none, and what the engine and
// the checkpoints throw.
rendered_picture rendered(const pipeline_parts& with, const picture_request& request,
                          const story_context& context);

// Writes the marks into the picture's file, stores file and manifest, and returns the record, which
// is not saved yet; its id follows from job and index. Throws what the asset store throws.
image store_picture(const pipeline_parts& with, const character& owner,
                    const picture_request& request, const rendered_picture& one);

// Undoes what a story stored that lost against another one of the same job: of all files of the
// picture only that of `kept`, which counts, stays, and the manifest tells of it again.
void yield_picture(const pipeline_parts& with, const character& owner, const image& kept);

// Gives the picture its number and runs `save`, which records it with that and says whether it was
// the first to do so; only then the image number file is raised. A file that cannot be used costs
// nothing but the number and a note. Returns and throws what `save` does.
bool record_counted(const pipeline_parts& with, image& record, std::vector<std::string>& notes,
                    const std::function<bool()>& save);

// Counts, in the image number file, a picture that is recorded already. A file that cannot be
// written costs nothing but a note: the picture is there.
void count_picture(const pipeline_parts& with, image& record, std::vector<std::string>& notes);

}  // namespace medusa
