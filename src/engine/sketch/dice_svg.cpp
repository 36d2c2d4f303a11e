// Figures as text: byte for byte as DiceBear writes them.
#include <cmath>
#include <cstdint>

#include "engine/sketch/dice.hpp"

namespace medusa::sketch {
namespace {

void append_escaped(std::string& out, std::string_view text) {
    for (const char c : text) {
        if (c == '&')
            out += "&amp;";
        else if (c == '\'')
            out += "&apos;";
        else if (c == '"')
            out += "&quot;";
        else if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else
            out += c;
    }
}

void append_attribute(std::string& out, std::string_view name, std::string_view value) {
    out += ' ';
    out += name;
    out += "=\"";
    append_escaped(out, value);
    out += '"';
}

void append_node(std::string& out, const dice_node& node) {
    switch (node.kind) {
        case dice_node::kind_t::text:
            append_escaped(out, node.value);
            return;
        case dice_node::kind_t::markup:
            out += node.value;
            return;
        case dice_node::kind_t::component:
            return;
        case dice_node::kind_t::element:
            break;
    }
    out += '<';
    out += node.name;
    for (const auto& attribute : node.attributes)
        append_attribute(out, attribute.name, attribute.value);
    if (node.children.empty() && !node.paired) {
        out += "/>";
        return;
    }
    out += '>';
    for (const auto& child : node.children) append_node(out, child);
    out += "</" + node.name + ">";
}

void append_field(std::string& out, std::string_view tag, std::string_view type,
                  std::string_view value) {
    if (value.empty()) return;
    out += '<';
    out += tag;
    if (!type.empty()) append_attribute(out, "xsi:type", type);
    out += '>';
    append_escaped(out, value);
    out += "</";
    out += tag;
    out += '>';
}

// One sentence of attribution, for <dc:rights>.
std::string rights(const dice_credit& credit) {
    if (credit.source_name.empty() && credit.creator_name.empty() && credit.license_name.empty())
        return {};
    const auto quoted = [](const std::string& name) { return "“" + name + "”"; };
    const auto address = [](const std::string& url) {
        return url.empty() ? std::string() : " (" + url + ")";
    };
    const bool remix = credit.license_name != "MIT" && credit.creator_name != "DiceBear" &&
                       !credit.source_name.empty();
    std::string text = remix ? "Remix of " : "";
    text += credit.source_name.empty() ? "Design" : quoted(credit.source_name);
    text += address(credit.source_url) + " by ";
    text += quoted(credit.creator_name.empty() ? "Unknown" : credit.creator_name);
    if (!credit.license_name.empty())
        text += ", licensed under " + quoted(credit.license_name) + address(credit.license_url);
    return text;
}

std::string metadata(const dice_credit& credit) {
    std::string fields;
    append_field(fields, "dc:title", {}, credit.source_name);
    append_field(fields, "dc:creator", {}, credit.creator_name);
    append_field(fields, "dc:source", "dcterms:URI", credit.source_url);
    append_field(fields, "dcterms:license", "dcterms:URI", credit.license_url);
    append_field(fields, "dc:rights", {}, rights(credit));
    if (fields.empty()) return {};
    return "<metadata xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\""
           " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\""
           " xmlns:dc=\"http://purl.org/dc/elements/1.1/\""
           " xmlns:dcterms=\"http://purl.org/dc/terms/\">"
           "<rdf:RDF><rdf:Description>" +
           fields + "</rdf:Description></rdf:RDF></metadata>";
}

}  // namespace

std::string svg_number(double value) {
    constexpr std::int64_t unit = 100'000;
    const double scaled = value * static_cast<double>(unit);
    const double below = std::floor(scaled);
    // Halves go up, as in JavaScript.
    auto whole = static_cast<std::int64_t>(scaled - below >= 0.5 ? below + 1 : below);
    std::string text = whole < 0 ? "-" : "";
    whole = std::abs(whole);
    text += std::to_string(whole / unit);
    if (whole % unit == 0) return text;
    auto fraction = std::to_string(unit + whole % unit);
    fraction[0] = '.';
    fraction.erase(fraction.find_last_not_of('0') + 1);
    return text + fraction;
}

std::string xml_escape(std::string_view text) {
    std::string escaped;
    append_escaped(escaped, text);
    return escaped;
}

std::string node_svg(const dice_node& node) {
    std::string svg;
    append_node(svg, node);
    return svg;
}

std::string definitions_svg(const dice_figure& figure) {
    std::string svg;
    for (const auto& node : figure.definitions) append_node(svg, node);
    if (figure.clip) append_node(svg, *figure.clip);
    return svg;
}

std::string body_svg(const dice_figure& figure) {
    std::string svg;
    const auto* clip_id = figure.clip ? figure.clip->find("id") : nullptr;
    if (clip_id) svg += "<g clip-path=\"url(#" + xml_escape(*clip_id) + ")\">";
    if (figure.background) append_node(svg, *figure.background);
    for (const auto& node : figure.body) append_node(svg, node);
    if (clip_id) svg += "</g>";
    return svg;
}

std::string to_svg(const dice_figure& figure) {
    std::string svg = "<svg xmlns=\"http://www.w3.org/2000/svg\"";
    append_attribute(svg, "viewBox",
                     "0 0 " + svg_number(figure.width) + " " + svg_number(figure.height));
    for (const auto& attribute : figure.attributes)
        append_attribute(svg, attribute.name, attribute.value);
    if (figure.title) {
        append_attribute(svg, "role", "img");
        append_attribute(svg, "aria-label", *figure.title);
    } else {
        append_attribute(svg, "aria-hidden", "true");
    }
    if (figure.size_px) {
        append_attribute(svg, "width", svg_number(*figure.size_px));
        append_attribute(svg, "height", svg_number(*figure.size_px));
    }
    svg += "><!-- Generated by DiceBear (https://www.dicebear.com) -->";
    svg += metadata(figure.credit);
    const auto definitions = definitions_svg(figure);
    if (!definitions.empty()) svg += "<defs>" + definitions + "</defs>";
    if (figure.title) svg += "<title>" + xml_escape(*figure.title) + "</title>";
    return svg + body_svg(figure) + "</svg>";
}

}  // namespace medusa::sketch
