#include "store/access_tokens.hpp"

#include <utility>

namespace medusa {
namespace {

constexpr std::pair<access_scope, std::string_view> words[] = {
    {access_scope::read, "read"}, {access_scope::write, "write"}, {access_scope::admin, "admin"}};

}  // namespace

std::string_view to_string(access_scope scope) {
    for (const auto& [known, word] : words)
        if (known == scope) return word;
    return {};
}

std::optional<access_scope> access_scope_from(std::string_view wanted) {
    for (const auto& [scope, word] : words)
        if (word == wanted) return scope;
    return std::nullopt;
}

}  // namespace medusa
