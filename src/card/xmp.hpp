// The XMP packet of a picture: how it came about, for machines (IPTC Photo Metadata 2025.1 and
// ISO 16684-1). Search engines and social networks read the digital source type.
//
// Pure function, any thread. Errors: error(invalid_argument).
#pragma once

#include <string>

namespace medusa {

struct xmp_facts {
    // A word of IPTC's DigitalSourceType: "algorithmicMedia" for what an algorithm draws without a
    // trained model, "trainedAlgorithmicMedia" for what a model makes,
    // "compositeWithTrainedAlgorithmicMedia" for a photograph that a model changed.
    std::string source_type;
    std::string creator_tool;
    std::string created_at;   // RFC 3339
    std::string job_id;       // UUID; may be empty
    std::string attribution;  // owed to artists; may be empty
};

// To be stored as a png_text under the keyword "XML:com.adobe.xmp".
// Throws error(invalid_argument) for a source type that is not one word of letters.
std::string xmp_packet(const xmp_facts& facts);

}  // namespace medusa
