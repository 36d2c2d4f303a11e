#include "record/record_json.hpp"

#include <cmath>
#include <string>

#include "core/error.hpp"
#include "record/json_reader.hpp"

namespace medusa {
namespace {

namespace json = boost::json;

using words = std::vector<std::string>;

template <typename owner, typename member>
struct named {
    std::string_view name;
    member owner::*field;
};

constexpr named<look, std::string> look_words[] = {
    {"hairColor", &look::hair_color},
    {"hairColor2", &look::hair_color2},
    {"hairLength", &look::hair_length},
    {"hairStyle", &look::hair_style},
    {"eyeColor", &look::eye_color},
    {"eyeColor2", &look::eye_color2},
    {"skin", &look::skin},
    {"species", &look::species},
    {"ageBand", &look::age_band},
    {"gender", &look::gender},
    {"build", &look::build},
    {"facialHair", &look::facial_hair},
    {"role", &look::role},
    {"palette", &look::palette},
    {"setting", &look::setting},
    {"timeOfDay", &look::time_of_day},
    {"weather", &look::weather},
    {"mood", &look::mood},
    {"hatColor", &look::hat_color},
    {"expression", &look::expression},
};

constexpr named<look, words> look_lists[] = {
    {"outfit", &look::outfit},
    {"accessories", &look::accessories},
    {"marks", &look::marks},
    {"absent", &look::absent},
};

constexpr named<selected_tags, words> tag_groups[] = {
    {"character-type", &selected_tags::character_type},
    {"genre", &selected_tags::genre},
    {"personality", &selected_tags::personality},
    {"appearance", &selected_tags::appearance},
    {"origin", &selected_tags::origin},
    {"content-rating", &selected_tags::content_rating},
};

json::array array_of(const words& list) {
    return json::array(list.begin(), list.end());
}

// Boost writes the double 6 as 6E0; people and scripts expect 6.
json::value number_of(double number) {
    const bool whole = std::abs(number) < 1e15 && number == std::trunc(number);
    return whole ? json::value(std::int64_t(number)) : json::value(number);
}

void write_facts(json::object& object, const generation_facts& facts) {
    object["prompt"] = facts.prompt;
    object["negativePrompt"] = facts.negative_prompt;
    object["seed"] = facts.seed;
    object["model"] = facts.settings.model;
    object["steps"] = facts.settings.steps;
    object["cfg"] = number_of(facts.settings.cfg);
    object["sampler"] = facts.settings.sampler;
    object["scheduler"] = facts.settings.scheduler;
    object["width"] = facts.settings.width;
    object["height"] = facts.settings.height;
    object["engine"] = facts.engine;
    object["engineVersion"] = facts.engine_version;
    object["identityMethod"] = facts.identity_method;
    if (!facts.attribution.empty()) object["attribution"] = facts.attribution;
}

generation_facts read_facts(const json_reader& reader) {
    generation_facts facts;
    reader.read("prompt", facts.prompt);
    reader.read("negativePrompt", facts.negative_prompt);
    reader.read("seed", facts.seed);
    reader.read("model", facts.settings.model);
    reader.read("steps", facts.settings.steps);
    reader.read("cfg", facts.settings.cfg);
    reader.read("sampler", facts.settings.sampler);
    reader.read("scheduler", facts.settings.scheduler);
    reader.read("width", facts.settings.width);
    reader.read("height", facts.settings.height);
    reader.read("engine", facts.engine);
    reader.read("engineVersion", facts.engine_version);
    reader.read("identityMethod", facts.identity_method);
    reader.read("attribution", facts.attribution);
    return facts;
}

json::value parse(std::string_view text, const char* what) {
    json::error_code reason;
    auto value = json::parse(text, reason);
    if (reason) throw error(errc::corrupted, std::string(what) + " record is not JSON");
    return value;
}

}  // namespace

json::object to_json(const look& appearance) {
    json::object object;
    for (const auto& [name, field] : look_words)
        if (!(appearance.*field).empty()) object[name] = appearance.*field;
    for (const auto& [name, field] : look_lists)
        if (!(appearance.*field).empty()) object[name] = array_of(appearance.*field);
    return object;
}

look look_from_json(const json::value& value) {
    const json_reader reader(value, "look");
    look appearance;
    for (const auto& [name, field] : look_words) reader.read(name, appearance.*field);
    for (const auto& [name, field] : look_lists) reader.read(name, appearance.*field);
    return appearance;
}

json::object to_json(const generation_facts& facts) {
    json::object object;
    write_facts(object, facts);
    return object;
}

generation_facts facts_from_json(const json::value& value) {
    return read_facts(json_reader(value, "generation"));
}

json::object to_json(const character& record) {
    json::object tags;
    for (const auto& [name, field] : tag_groups) tags[name] = array_of(record.tags.*field);
    json::object generation = to_json(record.generation);
    generation["characterSeed"] = record.character_seed;
    return {
        {"id", record.id},
        {"name", record.name},
        {"description", record.description},
        {"avatar", record.avatar},
        {"personalityTraits",
         {{"mainTrait", record.traits.main_trait},
          {"subTraits", array_of(record.traits.sub_traits)}}},
        {"selectedTags", std::move(tags)},
        {"imageGeneration", std::move(generation)},
        {"embeddings",
         {{"url", record.embeddings.url},
          {"dimension", record.embeddings.dimension},
          {"model", record.embeddings.model}}},
        {"owner", {{"userId", record.owner.user_id}, {"username", record.owner.username}}},
        {"slug", record.slug},
        {"style", record.style},
        {"look", to_json(record.appearance)},
        {"jobId", record.job_id},
        {"createdAt", to_rfc3339(record.created_at)},
        {"updatedAt", to_rfc3339(record.updated_at)},
        {"version", record.version},
    };
}

character character_from_json(const json::value& value) {
    const json_reader reader(value, "character");
    character record;
    if (!reader.field("id")) reader.refuse("id", "there");
    reader.read("id", record.id);
    reader.read("name", record.name);
    reader.read("description", record.description);
    reader.read("avatar", record.avatar);
    if (const auto* field = reader.field("personalityTraits")) {
        const json_reader traits(*field, "personalityTraits");
        traits.read("mainTrait", record.traits.main_trait);
        traits.read("subTraits", record.traits.sub_traits);
    }
    if (const auto* field = reader.field("selectedTags")) {
        const json_reader tags(*field, "selectedTags");
        for (const auto& [name, group] : tag_groups) tags.read(name, record.tags.*group);
    }
    if (const auto* field = reader.field("imageGeneration")) {
        record.generation = facts_from_json(*field);
        json_reader(*field, "imageGeneration").read("characterSeed", record.character_seed);
    }
    if (const auto* field = reader.field("embeddings")) {
        const json_reader embeddings(*field, "embeddings");
        embeddings.read("url", record.embeddings.url);
        embeddings.read("dimension", record.embeddings.dimension);
        embeddings.read("model", record.embeddings.model);
    }
    if (const auto* field = reader.field("owner")) {
        const json_reader owner(*field, "owner");
        owner.read("userId", record.owner.user_id);
        owner.read("username", record.owner.username);
    }
    reader.read("slug", record.slug);
    reader.read("style", record.style);
    if (const auto* field = reader.field("look")) record.appearance = look_from_json(*field);
    reader.read("jobId", record.job_id);
    reader.read("createdAt", record.created_at);
    reader.read("updatedAt", record.updated_at);
    reader.read("version", record.version);
    return record;
}

json::object to_json(const image& record) {
    json::object object = {
        {"id", record.id},
        {"characterId", record.character_id},
        {"type", to_string(record.type)},
        {"folder", record.folder},
        {"url", record.url},
        {"path", record.path},
        {"sha256", record.sha256},
        {"mood", record.mood},
        {"setting", record.setting},
    };
    write_facts(object, record.generation);
    object["width"] = record.width;
    object["height"] = record.height;
    // An engine may deliver another size than it was asked for.
    const auto& asked = record.generation.settings;
    if (asked.width != record.width) object["requestedWidth"] = asked.width;
    if (asked.height != record.height) object["requestedHeight"] = asked.height;
    object["referenceImageId"] = record.reference_image_id;
    object["jobId"] = record.job_id;
    object["createdAt"] = to_rfc3339(record.created_at);
    if (record.number) object["number"] = *record.number;
    return object;
}

image image_from_json(const json::value& value) {
    const json_reader reader(value, "image");
    image record;
    if (!reader.field("id")) reader.refuse("id", "there");
    reader.read("id", record.id);
    reader.read("characterId", record.character_id);
    std::string type(to_string(record.type));
    reader.read("type", type);
    const auto known_type = image_type_from(type);
    if (!known_type) reader.refuse("type", "a known image type");
    record.type = *known_type;
    reader.read("folder", record.folder);
    reader.read("url", record.url);
    reader.read("path", record.path);
    reader.read("sha256", record.sha256);
    reader.read("mood", record.mood);
    reader.read("setting", record.setting);
    record.generation = read_facts(reader);
    reader.read("width", record.width);
    reader.read("height", record.height);
    reader.read("requestedWidth", record.generation.settings.width);
    reader.read("requestedHeight", record.generation.settings.height);
    reader.read("referenceImageId", record.reference_image_id);
    reader.read("jobId", record.job_id);
    reader.read("createdAt", record.created_at);
    reader.read("number", record.number);
    return record;
}

character parse_character(std::string_view text) {
    return character_from_json(parse(text, "a character"));
}

image parse_image(std::string_view text) {
    return image_from_json(parse(text, "an image"));
}

}  // namespace medusa
