#include "decode/thumbnailer.hpp"

#include <utility>

#include "card/png.hpp"
#include "core/error.hpp"
#include "core/limits.hpp"
#include "decode/decoder_pool.hpp"

namespace medusa {
namespace {

[[noreturn]] void reject(const std::string& why) {
    throw error(errc::corrupted, "no thumbnail can be made: " + why,
                "The picture's file is damaged; bring it back from a backup");
}

class child_thumbnailer final : public thumbnailer {
public:
    child_thumbnailer(std::filesystem::path program, int children)
        : children_(std::move(program), children) {}

    std::string webp(std::string_view png, int side_px) override {
        check_structure(png);
        auto told = children_.ask(png, std::uint64_t(side_px));
        if (!told) reject("the picture could not be decoded within the limits");
        if (told->bytes.empty()) reject(told->line);
        return std::move(told->bytes);
    }

private:
    // The cheap questions first, so that a bomb costs nothing.
    static void check_structure(std::string_view png) {
        if (png.size() > limits::image_bytes) reject("the file is too large");
        try {
            read_png(png);
        } catch (const error& damaged) {
            reject(damaged.detail());
        }
    }

    decoder_pool children_;
};

}  // namespace

std::unique_ptr<thumbnailer> make_thumbnailer(std::filesystem::path decoder, int children) {
    return std::make_unique<child_thumbnailer>(std::move(decoder), children);
}

}  // namespace medusa
