#include "card/xmp.hpp"

#include <gtest/gtest.h>

#include "card/png.hpp"
#include "core/error.hpp"

namespace medusa {
namespace {

TEST(xmp, tells_source_tool_date_and_job) {
    const auto packet = xmp_packet({"algorithmicMedia", "medusa 0.1.0", "2026-11-23T01:35:00.000Z",
                                    "0b3e", "by A & B <a@b>\x01"});
    for (const char* part :
         {"<Iptc4xmpExt:DigitalSourceType>"
          "http://cv.iptc.org/newscodes/digitalsourcetype/algorithmicMedia<",
          "<xmp:CreatorTool>medusa 0.1.0<", "<xmp:CreateDate>2026-11-23T01:35:00.000Z<",
          "<dc:identifier>urn:uuid:0b3e<", "by A &amp; B &lt;a@b&gt; <"})
        EXPECT_NE(packet.find(part), std::string::npos) << part;
}

TEST(xmp, leaves_out_what_is_not_known) {
    const auto packet = xmp_packet({"trainedAlgorithmicMedia", "medusa", {}, {}, {}});
    for (const char* part : {"dc:rights", "dc:identifier", "xmp:CreateDate"})
        EXPECT_EQ(packet.find(part), std::string::npos) << part;
}

TEST(xmp, refuses_what_is_no_word) {
    for (const char* type : {"", "a b", "<x>", "http://x"})
        EXPECT_THROW(xmp_packet({type, "medusa", {}, {}, {}}), error) << type;
}

TEST(xmp, is_written_as_international_text) {
    const png_text text{"XML:com.adobe.xmp", xmp_packet({"algorithmicMedia", "m", {}, {}, {}})};
    const auto texts = read_png(write_png({1, 1, {1, 2, 3, 255}}, {{text}})).texts;
    ASSERT_EQ(texts.size(), 1U);
    EXPECT_TRUE(texts[0].international);
    EXPECT_EQ(texts[0].text, text.text);
}

}  // namespace
}  // namespace medusa
