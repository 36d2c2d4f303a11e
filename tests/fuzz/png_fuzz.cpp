// What a PNG says of itself: chunks, texts and generation parameters.
#include "card/infotext.hpp"
#include "card/png.hpp"
#include "core/error.hpp"
#include "core/limits.hpp"
#include "fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace medusa;
    try {
        const auto told = read_png(fuzzing::text_of(data, size));
        fuzzing::expect(told.width > 0 && told.height > 0);
        fuzzing::expect(std::uint64_t(told.width) * std::uint64_t(told.height) <=
                        limits::image_pixels);
    } catch (const error& refused) {
        fuzzing::expect(refused.code() == errc::invalid_argument);
    }
    return 0;
}
