#include "recall/record_vectors.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"
#include "pipeline/draft_to_character.hpp"
#include "pipeline/picture_file.hpp"
#include "record/documents.hpp"
#include "search/vector_index.hpp"

namespace medusa {
namespace {

constexpr std::size_t embedded_at_once = 32;

bool is_unit(std::span<const float> vector) {
    double squares = 0;
    for (const float number : vector) squares += double(number) * number;
    return std::abs(squares - 1) <= unit_tolerance;
}

}  // namespace

std::vector<embedding> record_vectors::of(std::span<const character> records) {
    std::vector<embedding> found(records.size());
    std::vector<std::size_t> missing;
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < records.size(); ++i) {
        auto text = embedding_text(records[i]);
        if (read(records[i], text, found[i])) continue;
        missing.push_back(i);
        texts.push_back(std::move(text));
    }
    for (std::size_t at = 0; at < texts.size(); at += embedded_at_once) {
        const auto some =
            std::span(texts).subspan(at).first(std::min(embedded_at_once, texts.size() - at));
        const auto made = vectors_.embed(some);
        for (std::size_t i = 0; i < made.size(); ++i) found[missing[at + i]] = made[i];
    }
    return found;
}

// Empty for a user who has none.
std::string record_vectors::folder_of(const owner_info& owner) {
    if (!known_folders_.contains(owner.user_id)) {
        for (auto& [user_id, folder] : folders_.user_folders())
            known_folders_[user_id] = std::move(folder);
    }
    return known_folders_[owner.user_id];
}

// A file that has to be fetched from afar costs more than the vector.
bool record_vectors::read(const character& record, const std::string& text, embedding& into) {
    const auto folder = folder_of(record.owner);
    if (folder.empty() || record.slug.empty()) return false;
    try {
        const auto path = embeddings_path(character_folder({record.id, record.slug, folder}));
        if (assets_.locate(path).local_path.empty()) return false;
        const auto file = assets_.get(path);
        const auto stored = file ? embedding_in(*file) : std::nullopt;
        if (!stored || stored->model != vectors_.model() || stored->text != text ||
            stored->vector.size() != into.size() || !is_unit(stored->vector))
            return false;
        std::copy(stored->vector.begin(), stored->vector.end(), into.begin());
        return true;
    } catch (const error&) {
        return false;  // whatever the file is, the record's words are there
    }
}

}  // namespace medusa
