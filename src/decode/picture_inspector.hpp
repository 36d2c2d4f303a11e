// What came back from a server is a whole picture, decoded, before anything of it is kept.
//
// Made in app/parts.cpp, used from several threads at once. Untrusted bytes are decoded by child
// processes that can do nothing else (src/decode/child); one that dies, hangs or spends too much is
// replaced. Processes start at the first picture and end with the object.
#pragma once

#include <filesystem>
#include <memory>
#include <string_view>

namespace medusa {

struct picture_facts {
    int width = 0;         // pixels
    int height = 0;        // pixels
    double spread = 0;     // the largest standard deviation of a colour, 0 to 127.5
    double brightest = 0;  // of any colour, 0 to 255
};

class picture_inspector {
public:
    virtual ~picture_inspector() = default;

    // Decodes `bytes` to the end. Throws error(unavailable, "Image download failed: ...") for what
    // is no PNG, truncated, damaged, animated, of 16 bits a colour, larger than limits::image_bytes
    // or limits::image_pixels, of another size than `width` x `height` pixels, or blank.
    virtual picture_facts inspect(std::string_view bytes, int width, int height) = 0;
};

// `decoder` is the program of src/decode/child; at most `children` of them run at once.
std::unique_ptr<picture_inspector> make_picture_inspector(std::filesystem::path decoder,
                                                          int children);

}  // namespace medusa
