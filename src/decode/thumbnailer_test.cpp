#include "decode/thumbnailer.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "card/png.hpp"
#include "card/png_chunks.hpp"
#include "core/error.hpp"

namespace medusa {
namespace {

using namespace std::chrono_literals;

std::string gradient(int width, int height, std::uint8_t alpha = 255) {
    pixels drawn{width, height, {}};
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            for (const int value : {x * 255 / width, y * 255 / height, (x + y) % 256, int(alpha)})
                drawn.rgba.push_back(std::uint8_t(value));
    return write_png(drawn, {{{"parameters", "a secret prompt"}}});
}

// One entry: the description of a picture (TIFF 6.0, tag 270).
std::string exif_with(std::string_view text) {
    std::string exif("II*\0\10\0\0\0\1\0\16\1\2\0", 14);
    exif += char(text.size() + 1);
    exif += std::string("\0\0\0\32\0\0\0\0\0\0\0", 11);
    return exif + std::string(text) + '\0';
}

std::uint32_t little(std::string_view bytes, std::size_t at, int count) {
    std::uint32_t number = 0;
    for (int i = 0; i < count; ++i)
        number |= std::uint32_t(std::uint8_t(bytes[at + std::size_t(i)])) << (8 * i);
    return number;
}

// By the container's specification (RFC 9649): lossy, or extended where there is alpha.
std::pair<int, int> size_of(std::string_view webp) {
    EXPECT_EQ(webp.substr(0, 4), "RIFF");
    EXPECT_EQ(webp.substr(8, 4), "WEBP");
    EXPECT_EQ(little(webp, 4, 4) + 8, webp.size());
    if (webp.substr(12, 4) == "VP8X")
        return {int(little(webp, 24, 3)) + 1, int(little(webp, 27, 3)) + 1};
    EXPECT_EQ(webp.substr(12, 4), "VP8 ");
    return {int(little(webp, 26, 2) & 0x3fff), int(little(webp, 28, 2) & 0x3fff)};
}

class thumbnailer_test : public testing::Test {
protected:
    std::string refusal(std::string_view bytes) {
        try {
            small->webp(bytes, 256);
        } catch (const error& failure) {
            EXPECT_EQ(failure.code(), errc::corrupted);
            return failure.detail();
        }
        return {};
    }

    std::unique_ptr<thumbnailer> small = make_thumbnailer(MEDUSA_DECODER, 2);
};

TEST_F(thumbnailer_test, keeps_the_proportions_and_enlarges_nothing) {
    const struct {
        int width, height, side;
        std::pair<int, int> made;
    } rows[] = {
        {1024, 1024, 256, {256, 256}}, {1024, 1024, 512, {512, 512}}, {600, 300, 256, {256, 128}},
        {300, 600, 256, {128, 256}},   {64, 48, 256, {64, 48}},       {256, 256, 256, {256, 256}},
        {2048, 8, 256, {256, 1}},
    };
    for (const auto& row : rows)
        EXPECT_EQ(size_of(small->webp(gradient(row.width, row.height), row.side)), row.made)
            << row.width << "x" << row.height;
    EXPECT_EQ(size_of(small->webp(gradient(512, 512, 100), 256)), std::pair(256, 256));
}

TEST_F(thumbnailer_test, says_nothing_of_how_the_picture_was_made) {
    std::string png(png::signature);
    const auto whole = gradient(512, 512);
    for (const auto& chunk : png::split_chunks(whole)) {
        if (chunk.type == "IDAT") png::append_chunk(png, "eXIf", exif_with("a secret camera"));
        png += chunk.whole;
    }
    ASSERT_NE(png.find("secret prompt"), std::string::npos);
    ASSERT_NE(png.find("secret camera"), std::string::npos);
    const auto made = small->webp(png, 256);
    // libvips adds an EXIF of its own, with resolution and orientation.
    for (const char* text : {"secret", "parameters", "XMP ", "ICCP"})
        EXPECT_EQ(made.find(text), std::string::npos) << text;
}

TEST_F(thumbnailer_test, refuses_what_is_no_picture_and_works_on) {
    const auto good = gradient(320, 200);
    auto damaged = good;
    damaged[damaged.size() / 2] ^= 0x55;
    for (const auto& bytes : {std::string(), std::string("<svg/>"), damaged, good.substr(0, 700)})
        EXPECT_NE(refusal(bytes), "");
    EXPECT_EQ(refusal(good), "");
}

TEST_F(thumbnailer_test, a_bomb_dies_cheaply) {
    std::string file(png::signature);
    std::string header;
    png::append_u32(header, 50'000);
    png::append_u32(header, 50'000);
    header += std::string("\10\2\0\0\0", 5);
    png::append_chunk(file, "IHDR", header);
    png::append_chunk(file, "IDAT", "x");
    png::append_chunk(file, "IEND", "");
    const auto began = std::chrono::steady_clock::now();
    EXPECT_NE(refusal(file).find("out of range"), std::string::npos);
    EXPECT_LT(std::chrono::steady_clock::now() - began, 100ms);
}

TEST_F(thumbnailer_test, serves_many_threads) {
    const auto good = gradient(256, 256);
    std::vector<std::jthread> threads;
    for (int i = 0; i < 6; ++i)
        threads.emplace_back([&] {
            for (int turn = 0; turn < 5; ++turn)
                EXPECT_EQ(size_of(small->webp(good, 64)), std::pair(64, 64));
        });
}

}  // namespace
}  // namespace medusa
