#include "domain/policy.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <ranges>
#include <span>
#include <utility>

#include "core/error.hpp"
#include "core/resources.hpp"
#include "core/text.hpp"
#include "domain/policy_ages.hpp"

namespace medusa {
namespace {

constexpr std::pair<std::string_view, policy_list> lists[] = {
    {"sexual", policy_list::sexual},
    {"minors", policy_list::minors},
    {"maybe_minors", policy_list::maybe_minors},
    {"risky_with_minors", policy_list::risky_with_minors},
    {"harm", policy_list::harm},
    {"real_people", policy_list::real_people},
    {"degrading", policy_list::degrading},
    {"unsafe_negatives", policy_list::unsafe_negatives},
};

// For each list the first field that has an entry of it, null where none has.
class found_fields {
public:
    void note(policy_list list, const policy_field& field) {
        auto& slot = fields_[static_cast<std::size_t>(list)];
        if (!slot) slot = &field;
    }
    const policy_field* operator[](policy_list list) const {
        return fields_[static_cast<std::size_t>(list)];
    }

private:
    std::array<const policy_field*, std::size(lists)> fields_{};
};

found_fields search(const policy_phrases& phrases, std::span<const policy_field> fields) {
    found_fields found;
    for (const auto& field : fields) {
        const auto tokens = read_policy_tokens(field.text);
        for (const auto& hit : phrases.find(tokens)) found.note(hit.list, field);
        if (find_minor_age(tokens)) found.note(policy_list::minors, field);
    }
    return found;
}

std::string_view in_words(policy_category category) {
    switch (category) {
        case policy_category::sexual:
            return "sexual or sexualised content";
        case policy_category::minor_harm:
            return "a minor together with graphic violence, abuse or humiliation";
        case policy_category::degrading_real_person:
            return "a degrading depiction of a person presented as real";
        case policy_category::unsafe_negative:
            return "words in a negative prompt that take away clothing or adulthood";
    }
    return {};
}

std::string_view advice_on(policy_category category) {
    switch (category) {
        case policy_category::sexual:
            return "Pictures are for general audiences: describe the character without it. Words "
                   "for what a picture must not show belong in the negative prompt";
        case policy_category::minor_harm:
            return "Adventure is welcome without cruelty: leave out the harm, or make everybody in "
                   "the text plainly adult";
        case policy_category::degrading_real_person:
            return "Describe a fictional character, or leave out what degrades the person";
        case policy_category::unsafe_negative:
            return "Leave them out; nudity, gore and children may stay in the negative prompt";
    }
    return {};
}

}  // namespace

std::string_view name_of(policy_category category) {
    switch (category) {
        case policy_category::sexual:
            return "sexual";
        case policy_category::minor_harm:
            return "minor_harm";
        case policy_category::degrading_real_person:
            return "degrading_real_person";
        case policy_category::unsafe_negative:
            return "unsafe_negative";
    }
    return {};
}

content_policy::content_policy() {
    for (const auto& [list_name, list] : lists) {
        const auto file = fmt::format("policy/{}.txt", list_name);
        if (phrases_.add(list, resource(file), policy_phrases::source::own, file) == 0)
            throw error(errc::internal, "the program was built with an empty " + file);
    }
}

void content_policy::add(std::string_view list, std::string_view lines, std::string_view where) {
    for (const auto& [list_name, known] : lists) {
        if (list_name != list) continue;
        phrases_.add(known, lines, policy_phrases::source::operators, where);
        return;
    }
    throw error(errc::invalid_argument, fmt::format("{}: no policy list is named so", where),
                fmt::format("The lists are {}", fmt::join(std::views::keys(lists), ", ")));
}

std::optional<policy_finding> content_policy::check(const policy_request& request) const {
    const auto found = search(phrases_, request.positive);
    if (const auto* field = found[policy_list::sexual])
        return policy_finding{policy_category::sexual, field->name};
    const auto* risky = found[policy_list::risky_with_minors];
    if (risky && found[policy_list::minors])
        return policy_finding{policy_category::sexual, risky->name};

    const auto* harm = found[policy_list::harm];
    if (harm && (found[policy_list::minors] || found[policy_list::maybe_minors]))
        return policy_finding{policy_category::minor_harm, harm->name};

    const auto* degrading = found[policy_list::degrading];
    if (found[policy_list::real_people] && (degrading || harm))
        return policy_finding{policy_category::degrading_real_person,
                              degrading ? degrading->name : harm->name};

    const auto refused = search(phrases_, request.negative);
    if (const auto* field = refused[policy_list::unsafe_negatives])
        return policy_finding{policy_category::unsafe_negative, field->name};
    return std::nullopt;
}

void content_policy::enforce(const policy_request& request) const {
    const auto finding = check(request);
    if (!finding) return;
    throw error(errc::refused,
                fmt::format("Refused by the content policy: {} ({})", in_words(finding->category),
                            finding->field),
                std::string(advice_on(finding->category)));
}

bool content_policy::reads_as_minor(std::string_view text) const {
    const policy_field field{"text", text};
    const auto found = search(phrases_, {&field, 1});
    return found[policy_list::minors] || found[policy_list::maybe_minors];
}

std::string_view safety_negatives() {
    auto text = resource("policy/safety_negatives.txt");
    while (text.ends_with('\n')) text.remove_suffix(1);
    return text;
}

}  // namespace medusa
