// Names the lines that medusa would refuse: each line of stdin is a character as JSON, with name,
// description, style and tags; the number of each refused one and why goes to stdout. One that
// reads as a minor is named as well: the sets that this watches have adults only.
#include <fmt/format.h>

#include <boost/json.hpp>
#include <iostream>

#include "core/error.hpp"
#include "domain/policy.hpp"
#include "domain/validate.hpp"
#include "support/draft_line.hpp"

namespace {

namespace json = boost::json;

void sieve(const medusa::content_policy& policy, const json::value& line) {
    const medusa::character_draft draft = medusa::validate(medusa::testing_support::draft_of(line));
    medusa::policy_request request{
        .positive = {{"name", draft.name}, {"description", draft.description}}, .negative = {}};
    for (const std::string& tag : draft.tags) request.positive.push_back({"tags", tag});
    policy.enforce(request);
    if (policy.reads_as_minor(draft.description))
        throw medusa::error(medusa::errc::refused, "reads as a minor");
}

}  // namespace

int main() {
    const medusa::content_policy policy;
    int number = 0;
    for (std::string line; std::getline(std::cin, line);) {
        ++number;
        try {
            sieve(policy, json::parse(line));
        } catch (const std::exception& refusal) {
            std::cout << fmt::format("{}: {}: {}\n", number, refusal.what(), line);
        }
    }
}
