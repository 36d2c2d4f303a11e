// What the stories of this folder work with: references to the parts that app/ made, and the way a
// story tells how far it is. The parts outlive every story and serve many threads at once.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "asset/asset_store.hpp"
#include "core/clock.hpp"
#include "core/ids.hpp"
#include "domain/policy.hpp"
#include "domain/workflow.hpp"
#include "embed/embedder.hpp"
#include "engine/engine.hpp"
#include "pipeline/checkpoints.hpp"
#include "store/character_store.hpp"

namespace medusa {

struct pipeline_parts {
    image_engine& engine;
    asset_store& assets;
    reservations& reserved;
    character_store& characters;
    image_store& images;
    embedder& vectors;
    const content_policy& rules;
    const clock& time;
    id_source& ids;
    std::optional<std::string> positive_text;  // of the prompt files; none: the built-in ones
    std::optional<std::string> negative_text;
    std::filesystem::path number_file;
    std::optional<checked_workflow> workflow{};
};

enum class stage { warming, waiting, drawing, storing, recording, done };

// Called from the story's thread; must not throw.
using stage_progress = std::function<void(stage reached, int step, int steps)>;

struct story_context {
    stage_progress progress;
    std::stop_token stop;
    checkpoints& kept = no_checkpoints();
    std::stop_token left{};  // as of picture_request
};

}  // namespace medusa
