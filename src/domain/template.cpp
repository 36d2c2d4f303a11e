#include "domain/template.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "core/resources.hpp"

namespace medusa {
namespace {

namespace json = boost::json;

std::vector<character_template> read_templates() {
    std::vector<character_template> all;
    const auto document = json::parse(resource("templates/characters.json"));
    for (const auto& entry : document.as_array()) {
        const auto& fields = entry.as_object();
        all.push_back({json::value_to<std::string>(fields.at("name")),
                       json::value_to<std::string>(fields.at("description")),
                       json::value_to<std::string>(fields.at("style")),
                       json::value_to<std::vector<std::string>>(fields.at("tags"))});
    }
    return all;
}

const std::vector<character_template>& templates() {
    static const auto all = read_templates();
    return all;
}

}  // namespace

std::size_t template_count() {
    return templates().size();
}

character_template template_at(std::size_t index) {
    auto one = templates()[index % templates().size()];
    const auto round = index / templates().size();
    if (round > 0) one.name += fmt::format(" {}", round + 1);
    return one;
}

}  // namespace medusa
