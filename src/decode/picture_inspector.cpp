#include "decode/picture_inspector.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>
#include <string>

#include "card/png.hpp"
#include "core/error.hpp"
#include "core/limits.hpp"
#include "decode/decoder_pool.hpp"

namespace medusa {
namespace {

namespace fs = std::filesystem;

// A picture whose colours spread less, on a scale to 255, shows nothing.
constexpr double blank_spread = 1.0;

[[noreturn]] void reject(const std::string& why) {
    throw error(errc::unavailable, "Image download failed: " + why,
                "Try again; if it stays so, look at the server's log");
}

// The cheap questions first, so that a bomb costs nothing: they need only the file's structure.
void check_structure(std::string_view bytes, int width, int height) {
    constexpr std::string_view signature = "\x89PNG\r\n\x1a\n";
    if (bytes.empty()) reject("the server sent an empty file");
    if (bytes.size() > limits::image_bytes)
        reject(fmt::format("the picture has more than {} MiB", limits::image_bytes >> 20));
    if (!bytes.starts_with(signature)) reject("what the server sent is no PNG picture");
    try {
        const auto said = read_png(bytes);
        if (said.width != width || said.height != height)
            reject(fmt::format("the picture has {}x{} pixels, asked for were {}x{}", said.width,
                               said.height, width, height));
        if (said.bit_depth > 8) reject("the picture has 16 bits a colour");
        if (said.animated) reject("the picture is animated");
    } catch (const error& damaged) {
        if (damaged.code() == errc::unavailable) throw;
        reject(damaged.detail());
    }
}

class child_inspector final : public picture_inspector {
public:
    child_inspector(fs::path program, int children) : children_(std::move(program), children) {}

    picture_facts inspect(std::string_view bytes, int width, int height) override {
        check_structure(bytes, width, height);
        const auto told = children_.ask(bytes, 0);
        if (!told) reject("the picture could not be decoded within the limits");
        return understood(told->line);
    }

private:
    static picture_facts understood(const std::string& line) {
        std::istringstream words(line);
        std::string verdict;
        words >> verdict;
        picture_facts facts;
        if (verdict == "ok" &&
            words >> facts.width >> facts.height >> facts.spread >> facts.brightest) {
            if (facts.spread < blank_spread) reject("the picture is blank");
            return facts;
        }
        reject("the picture is damaged (" + line.substr(std::min<std::size_t>(4, line.size())) +
               ")");
    }

    decoder_pool children_;
};

}  // namespace

std::unique_ptr<picture_inspector> make_picture_inspector(fs::path decoder, int children) {
    return std::make_unique<child_inspector>(std::move(decoder), children);
}

}  // namespace medusa
