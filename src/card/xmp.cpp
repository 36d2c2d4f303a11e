#include "card/xmp.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/error.hpp"

namespace medusa {
namespace {

// Text of an element. Control characters, which XML does not allow at all, become blanks.
std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '&')
            out += "&amp;";
        else if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else if (static_cast<unsigned char>(c) < ' ' && c != '\n' && c != '\t')
            out += ' ';
        else
            out += c;
    }
    return out;
}

std::string property(std::string_view name, std::string_view value) {
    if (value.empty()) return {};
    return fmt::format("   <{0}>{1}</{0}>\n", name, escaped(value));
}

bool is_letter(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

}  // namespace

std::string xmp_packet(const xmp_facts& facts) {
    const auto& type = facts.source_type;
    if (type.empty() || !std::all_of(type.begin(), type.end(), is_letter))
        throw error(errc::invalid_argument, "not a digital source type: \"" + type + "\"");
    const auto identifier = facts.job_id.empty() ? std::string() : "urn:uuid:" + facts.job_id;
    std::string rights;
    if (!facts.attribution.empty())
        rights = fmt::format(
            "   <dc:rights><rdf:Alt><rdf:li xml:lang=\"x-default\">{}</rdf:li></rdf:Alt>"
            "</dc:rights>\n",
            escaped(facts.attribution));
    return fmt::format(
        "<?xpacket begin=\"\xef\xbb\xbf\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n"
        "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n"
        " <rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n"
        "  <rdf:Description rdf:about=\"\"\n"
        "    xmlns:dc=\"http://purl.org/dc/elements/1.1/\"\n"
        "    xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\"\n"
        "    xmlns:Iptc4xmpExt=\"http://iptc.org/std/Iptc4xmpExt/2008-02-29/\">\n"
        "   <Iptc4xmpExt:DigitalSourceType>http://cv.iptc.org/newscodes/digitalsourcetype/{}"
        "</Iptc4xmpExt:DigitalSourceType>\n"
        "{}{}{}{}{}"
        "  </rdf:Description>\n"
        " </rdf:RDF>\n"
        "</x:xmpmeta>\n"
        "<?xpacket end=\"r\"?>",
        type, property("xmp:CreatorTool", facts.creator_tool),
        property("xmp:CreateDate", facts.created_at),
        property("xmp:MetadataDate", facts.created_at), property("dc:identifier", identifier),
        rights);
}

}  // namespace medusa
