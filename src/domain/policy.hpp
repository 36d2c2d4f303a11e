// The content policy: what is refused, wherever a request comes from (interface.md 7).
//
// Refused are sexual or sexualised content of anyone; a minor together with graphic violence, abuse
// or humiliation; degrading depictions of a person presented as real. The check is on text and on
// whole words only (policy_text), against lists that are compiled in (resources/policy/) and that
// an operator can add to, never take from. It runs at submit and again on the composed prompt.
// Built once by the composition root, lists added before use; then const, from any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/policy_lists.hpp"

namespace medusa {

enum class policy_category {
    sexual,
    minor_harm,
    degrading_real_person,
    unsafe_negative,  // a negative prompt that takes away clothing or adulthood
};

// A stable word for logs and metrics.
std::string_view name_of(policy_category category);

struct policy_field {
    std::string name;  // as users know it: "description", "tags", "negative prompt"
    std::string_view text;
};

struct policy_request {
    std::vector<policy_field> positive;  // all positive text of one request
    std::vector<policy_field> negative;
};

struct policy_finding {
    policy_category category;
    std::string field;
};

class content_policy {
public:
    // With the compiled-in lists. Throws error(internal) when one is missing or empty.
    content_policy();

    // Adds an operator's entries, one a line, to the list of that name: the names of the files in
    // resources/policy/ without ".txt"; "real_people" takes names. Throws error(invalid_argument)
    // for an unknown list and, naming `where` and the line, for a bad line.
    void add(std::string_view list, std::string_view lines, std::string_view where);

    // The first thing refused in `request`, in the order of policy_category.
    std::optional<policy_finding> check(const policy_request& request) const;

    // Throws error(refused) that names field and category and never quotes the text.
    void enforce(const policy_request& request) const;

    // Whether `text` says that somebody is, or may be taken for, under 18.
    bool reads_as_minor(std::string_view text) const;

private:
    policy_phrases phrases_;
};

// Words that are appended to every negative prompt, comma-separated.
std::string_view safety_negatives();

}  // namespace medusa
