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

std::optional<stored_embedding> embedding_in(std::string_view document) {
    boost::system::error_code failed;
    const auto parsed = json::parse(document, failed);
    const auto* fields = parsed.if_object();
    if (failed || !fields) return std::nullopt;
    const auto* model = fields->if_contains("model");
    const auto* text = fields->if_contains("text");
    const auto* vector = fields->if_contains("vector");
    if (!model || !model->is_string() || !text || !text->is_string() || !vector ||
        !vector->is_array())
        return std::nullopt;
    stored_embedding found{std::string(model->get_string()), std::string(text->get_string()), {}};
    for (const auto& number : vector->get_array()) {
        const auto value = number.to_number<double>(failed);
        if (failed) return std::nullopt;
        found.vector.push_back(float(value));
    }
    return found;
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
