// Small copies of pictures, in WebP.
//
// Made in app/parts.cpp, used from several threads at once. The picture is decoded by child
// processes that can do nothing else (src/decode/child), since a file on a disk may have become
// anything; they start at the first picture and end with the object.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

namespace medusa {

class thumbnailer {
public:
    virtual ~thumbnailer() = default;

    // The PNG within `side_px` x `side_px` pixels, in its proportions, not enlarged, and without
    // what the file says of itself. Waits while all children are at work. Throws error(corrupted)
    // for what is no whole PNG, or is larger than limits::image_bytes or limits::image_pixels.
    virtual std::string webp(std::string_view png, int side_px) = 0;
};

// `decoder` is the program of src/decode/child; at most `children` of them run at once.
std::unique_ptr<thumbnailer> make_thumbnailer(std::filesystem::path decoder, int children);

}  // namespace medusa
