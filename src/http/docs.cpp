#include <array>
#include <map>
#include <string_view>

#include "core/error.hpp"
#include "core/resources.hpp"
#include "http/handlers.hpp"
#include "http/represent.hpp"

namespace medusa::http {
namespace {

struct page_file {
    std::string_view name;
    std::string_view resource_name;
    std::string_view content_type;
};

constexpr std::string_view start = "";
constexpr std::array files{
    page_file{start, "http/docs/index.html", "text/html; charset=utf-8"},
    page_file{"page.css", "http/docs/page.css", "text/css; charset=utf-8"},
    page_file{"page.js", "http/docs/page.js", "text/javascript; charset=utf-8"},
};

// Nothing of another site, nothing inline, and no page of another site around it.
constexpr auto content_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const std::map<std::string_view, fixed_text>& texts() {
    static const auto all = [] {
        std::map<std::string_view, fixed_text> made;
        for (const auto& file : files)
            made.emplace(file.name, fixed_of(std::string(resource(file.resource_name))));
        return made;
    }();
    return all;
}

response page(std::string_view name) {
    for (const auto& file : files) {
        if (file.name != name) continue;
        const auto& text = texts().at(name);
        response reply{200, std::string(file.content_type), text.plain};
        reply.fixed = &text;
        reply.headers = {{"Content-Security-Policy", content_policy},
                         {"Referrer-Policy", "no-referrer"},
                         {"Cache-Control", "no-cache"}};
        return reply;
    }
    throw error(errc::not_found, "there is no such page", "See /docs");
}

}  // namespace

answer get_docs(const service&, const call&) {
    return page(start);
}

answer get_docs_file(const service&, const call& of) {
    return page(of.names.at(0));
}

}  // namespace medusa::http
