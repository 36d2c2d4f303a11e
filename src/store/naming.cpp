#include "store/naming.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/text.hpp"
#include "domain/slug.hpp"

namespace medusa {
namespace {

constexpr std::size_t slug_chars = 60;
constexpr std::size_t ending_chars = 8;  // a hyphen and seven digits
constexpr auto folder_without_name = "user";

constexpr std::pair<attempt_state, std::string_view> state_words[] = {
    {attempt_state::sent, "sent"},           {attempt_state::done, "done"},
    {attempt_state::failed, "failed"},       {attempt_state::lost, "lost"},
    {attempt_state::cancelled, "cancelled"},
};

// Cloudinary reads such a part of a URL as a version.
bool is_version(const std::string& slug) {
    return slug.size() > 1 && slug[0] == 'v' &&
           std::all_of(slug.begin() + 1, slug.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string named_after(std::int64_t id) {
    return fmt::format("character-{}", id);
}

void add_lower(std::set<std::string>& words, const std::vector<std::string>& list) {
    for (const auto& word : list)
        if (!word.empty()) words.insert(to_lower(word));
}

}  // namespace

std::string first_free(const std::string& base,
                       const std::function<bool(const std::string&)>& taken) {
    std::string candidate = base;
    for (int n = 2; taken(candidate); ++n) {
        const auto ending = fmt::format("-{}", n);
        candidate = base.substr(0, slug_chars - ending.size()) + ending;
    }
    return candidate;
}

std::string common_start(const std::string& base) {
    return base.substr(0, slug_chars - ending_chars);
}

std::string slug_wanted(const std::string& wanted, std::int64_t id) {
    return wanted.empty() || is_version(wanted) ? named_after(id) : wanted;
}

std::string folder_wanted(const owner_info& owner) {
    const auto slug = slug_of(owner.username);
    return slug.empty() ? folder_without_name : slug;
}

std::string claim_job(const std::string& job_id, std::int64_t id) {
    return job_id.empty() ? named_after(id) : job_id;
}

std::string claim_slug(const std::string& slug, std::int64_t id) {
    return slug.empty() ? named_after(id) : slug;
}

std::set<std::string> searchable_tags(const character& record) {
    auto words = telling_tags(record);
    add_lower(words, record.tags.content_rating);
    return words;
}

std::set<std::string> telling_tags(const character& record) {
    std::set<std::string> words;
    const auto& tags = record.tags;
    for (const auto* list : {&tags.character_type, &tags.genre, &tags.personality, &tags.appearance,
                             &tags.origin, &record.traits.sub_traits})
        add_lower(words, *list);
    add_lower(words, {record.traits.main_trait});
    return words;
}

std::string_view to_string(attempt_state state) {
    for (const auto& [known, word] : state_words)
        if (known == state) return word;
    return {};
}

std::optional<attempt_state> attempt_state_from(std::string_view word) {
    for (const auto& [state, known] : state_words)
        if (known == word) return state;
    return std::nullopt;
}

}  // namespace medusa
