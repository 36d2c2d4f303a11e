#include "record/documents.hpp"

#include <boost/json.hpp>

#include "core/version.hpp"
#include "record/record_json.hpp"

namespace medusa {

namespace json = boost::json;

std::string embeddings_document(const character& owner, const std::string& text,
                                std::span<const float> vector) {
    json::array numbers;
    numbers.reserve(vector.size());
    for (const float number : vector) numbers.push_back(number);
    return json::serialize(json::object{
        {"characterId", owner.id},
        {"model", owner.embeddings.model},
        {"dimension", owner.embeddings.dimension},
        {"text", text},
        {"vector", std::move(numbers)},
        {"createdAt", to_rfc3339(owner.created_at)},
    });
}

std::string manifest_document(const character& owner, const image& picture) {
    auto made = to_json(picture);
    for (const char* later : {"url", "path", "sha256", "number"}) made.stable_erase(later);
    const auto person = to_json(owner);
    json::object kept;
    for (const char* field : {"id", "name", "description", "slug", "style", "look",
                              "personalityTraits", "selectedTags"})
        if (const auto* value = person.if_contains(field)) kept[field] = *value;
    kept["characterSeed"] = owner.character_seed;
    return json::serialize(json::object{
        {"medusa", version}, {"character", std::move(kept)}, {"image", std::move(made)}});
}

}  // namespace medusa
