// More pictures of a character that is there: the same person in another mood, setting or framing.
//
// Called from any thread. Keyed by the job id like create_character: a job that is run again makes
// only the pictures that are missing. Throws medusa::error: not_found for a character that does not
// exist or belongs to someone else, refused by policy, invalid_argument, and what the parts throw.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "domain/job.hpp"
#include "pipeline/parts.hpp"

namespace medusa {

struct create_image_job : image_request {
    std::string id;  // UUID
    owner_info owner;
};

struct created_images {
    character owner;
    std::vector<image> images;
    std::vector<std::filesystem::path> paths;  // as long as images; empty where not local
    std::vector<std::string> notes;
};

// Called from the story's thread for each picture once it is stored and recorded, so that the ones
// made before a stop or a failure are known.
using picture_made = std::function<void(const image&, const std::filesystem::path&)>;

created_images create_image(const pipeline_parts& with, const create_image_job& job,
                            const story_context& context, const picture_made& tell = {});

}  // namespace medusa
