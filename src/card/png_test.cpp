#include "card/png.hpp"

#include <gtest/gtest.h>
#include <png.h>
#include <zlib.h>

#include <random>

#include "core/error.hpp"

namespace medusa {
namespace {

pixels picture_of(int width, int height, int alpha, std::uint32_t seed = 7) {
    std::minstd_rand random(seed);
    pixels picture{width, height, {}};
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x) {
            const auto noise = static_cast<std::uint8_t>(random() % 16);
            picture.rgba.push_back(static_cast<std::uint8_t>(x * 3 + noise));
            picture.rgba.push_back(static_cast<std::uint8_t>(y * 5));
            picture.rgba.push_back(static_cast<std::uint8_t>(x < y ? 200 : 30));
            picture.rgba.push_back(static_cast<std::uint8_t>(alpha < 0 ? x : alpha));
        }
    return picture;
}

// What libpng makes of it, as RGBA; empty when it refuses.
std::vector<std::uint8_t> decoded(const std::string& png) {
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    if (!png_image_begin_read_from_memory(&image, png.data(), png.size())) return {};
    image.format = PNG_FORMAT_RGBA;
    std::vector<std::uint8_t> rgba(PNG_IMAGE_SIZE(image));
    if (!png_image_finish_read(&image, nullptr, rgba.data(), 0, nullptr)) return {};
    return rgba;
}

std::string chunk(std::string_view type, std::string data) {
    std::string out;
    const auto u32 = [&](std::uint32_t value) {
        for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift);
    };
    u32(static_cast<std::uint32_t>(data.size()));
    out += type;
    out += data;
    u32(static_cast<std::uint32_t>(crc32(0, reinterpret_cast<const Bytef*>(out.data() + 4),
                                         static_cast<uInt>(out.size() - 4))));
    return out;
}

// A sound file with `extra` chunks before the image data.
std::string file_with(const std::string& extra) {
    auto png = write_png(picture_of(3, 2, 255));
    return png.insert(png.find("IDAT") - 4, extra);
}

std::string packed(const std::string& text) {
    uLongf size = compressBound(text.size());
    std::string out(size, '\0');
    compress(reinterpret_cast<Bytef*>(out.data()), &size,
             reinterpret_cast<const Bytef*>(text.data()), text.size());
    out.resize(size);
    return out;
}

const std::string nul(1, '\0');

TEST(png_write, libpng_reads_the_same_pixels) {
    const std::pair<int, int> sizes[] = {{1, 1}, {1, 9}, {9, 1}, {64, 48}, {257, 33}};
    for (const auto& [width, height] : sizes)
        for (const int alpha : {255, 0, -1}) {
            SCOPED_TRACE(testing::Message() << width << "x" << height << " " << alpha);
            const auto picture = picture_of(width, height, alpha);
            const auto png = write_png(picture);
            EXPECT_EQ(decoded(png), picture.rgba);
            const auto info = read_png(png);
            EXPECT_EQ(info.width, width);
            EXPECT_EQ(info.height, height);
            EXPECT_EQ(info.bit_depth, 8);
            EXPECT_EQ(info.color_type, alpha == 255 ? 2 : 6);
            EXPECT_TRUE(info.texts.empty());
        }
}

TEST(png_write, the_same_picture_gives_the_same_bytes) {
    EXPECT_EQ(write_png(picture_of(64, 64, 255)), write_png(picture_of(64, 64, 255)));
}

TEST(png_write, a_size_that_does_not_fit_is_refused) {
    auto picture = picture_of(4, 4, 255);
    picture.width = 5;
    EXPECT_THROW(write_png(picture), error);
    EXPECT_THROW(write_png(pixels{}), error);
    EXPECT_THROW(write_png(pixels{-1, -1, {0, 0, 0, 0}}), error);
}

TEST(png_text, comes_back_as_it_was) {
    const std::vector<png_text> texts = {
        {"parameters", "a cat\nNegative prompt: dog\nSteps: 20, Seed: 1, Size: 8x8", false},
        {"Comment", "Zoë, café ÿ \u00a0", false},
        {"medusa", "{\"name\":\"猫 🐢\"}", true},
        {"Title", "żółw", true},
        {"XML:com.adobe.xmp", "<x:xmpmeta/>", true},
        {"Empty", "", false},
    };
    const auto png = write_png(picture_of(8, 8, 255), texts);
    EXPECT_EQ(read_png(png).texts, texts);
    EXPECT_NE(png.find("tEXtComment\0Zo\xeb, caf\xe9 "), std::string::npos);
    EXPECT_FALSE(decoded(png).empty());
}

TEST(png_text, takes_the_wide_form_only_where_it_must) {
    EXPECT_NE(write_png(picture_of(1, 1, 255), {{{"A", "é", false}}}).find("tEXt"),
              std::string::npos);
    for (const char* text : {"ż", "\u0085", "€", "🐢"})
        EXPECT_NE(write_png(picture_of(1, 1, 255), {{{"A", text, false}}}).find("iTXt"),
                  std::string::npos);
}

TEST(png_text, bad_texts_are_refused) {
    const png_text bad[] = {
        {"", "x"},           {std::string(80, 'k'), "x"},
        {" lead", "x"},      {"trail ", "x"},
        {"new\nline", "x"},  {"kéy", "x"},
        {"key", "\xff\xfe"}, {"key", std::string("a\0b", 3)},
    };
    for (const auto& text : bad)
        EXPECT_THROW(write_png(picture_of(1, 1, 255), {{text}}), error) << text.keyword;
}

TEST(png_add_text, keeps_the_image_and_replaces_the_same_keyword) {
    const auto picture = picture_of(20, 10, -1);
    const auto before =
        write_png(picture, {{{"parameters", "old"}, {"workflow", "{}"}, {"prompt", "{}"}}});
    const auto after = add_text(before, {{{"parameters", "new"}, {"medusa", "{}", true}}});
    const std::vector<png_text> expected = {
        {"workflow", "{}"}, {"prompt", "{}"}, {"parameters", "new"}, {"medusa", "{}", true}};
    EXPECT_EQ(read_png(after).texts, expected);
    EXPECT_EQ(decoded(after), picture.rgba);
    EXPECT_EQ(add_text(before, {}), before);
}

TEST(png_read, knows_the_packed_forms) {
    const auto wide = "wide" + nul + "\x01" + nul + "en" + nul + "breit" + nul + packed("żółw");
    const auto png =
        file_with(chunk("zTXt", "zip" + nul + nul + packed("caf\xe9")) + chunk("iTXt", wide));
    const std::vector<png_text> expected = {{"zip", "café", false}, {"wide", "żółw", true}};
    EXPECT_EQ(read_png(png).texts, expected);
}

TEST(png_read, texts_that_break_the_rules_are_passed_over) {
    const auto png = file_with(
        chunk("tEXt", "no end") + chunk("tEXt", nul + "no keyword") + chunk("iTXt", "short" + nul) +
        chunk("iTXt", "utf8" + std::string(5, '\0') + "\xff") +
        chunk("zTXt", "zip" + nul + nul + "not packed") +
        chunk("zTXt", "zip" + nul + "\x07" + packed("x")) + chunk("tEXt", "good" + nul + "kept"));
    const std::vector<png_text> expected = {{"good", "kept", false}};
    EXPECT_EQ(read_png(png).texts, expected);
}

TEST(png_read, a_text_that_unpacks_to_too_much_is_refused) {
    const auto bomb = packed(std::string(9 << 20, 'a'));
    ASSERT_LT(bomb.size(), 20'000U);
    EXPECT_THROW(read_png(file_with(chunk("zTXt", "zip" + nul + nul + bomb))), error);
}

TEST(png_read, damaged_files_are_refused) {
    const auto sound = write_png(picture_of(16, 16, 255), {{{"parameters", "text"}}});
    for (std::size_t size = 0; size < sound.size(); ++size)
        ASSERT_THROW(read_png(sound.substr(0, size)), error) << size;
    for (std::size_t at = 0; at < sound.size(); ++at) {
        auto damaged = sound;
        damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
        ASSERT_THROW(read_png(damaged), error) << at;
        ASSERT_THROW(add_text(damaged, {}), error) << at;
    }
    EXPECT_EQ(read_png(sound + "bytes behind the end").texts.size(), 1U);
}

TEST(png_read, a_file_without_an_image_is_refused) {
    const auto sound = write_png(picture_of(1, 1, 255));
    const auto image = sound.find("IDAT") - 4;
    const auto end = sound.find("IEND") - 4;
    EXPECT_THROW(read_png(sound.substr(0, image) + sound.substr(end)), error);
}

TEST(png_read, sizes_out_of_range_are_refused) {
    const std::string rest("\x08\x02\0\0\0", 5);
    const auto file = [&](std::string header) {
        return std::string("\x89PNG\r\n\x1a\n") + chunk("IHDR", std::move(header)) +
               chunk("IDAT", "") + chunk("IEND", "");
    };
    const std::string one("\0\0\0\1", 4);
    const std::string zero(4, '\0');
    const std::string huge("\xff\xff\xff\xff", 4);
    const std::string wide("\0\1\0\0", 4);
    EXPECT_EQ(read_png(file(one + one + rest)).width, 1);
    for (const auto& header : {zero + one + rest, one + zero + rest, huge + huge + rest,
                               huge + one + rest, wide + wide + rest, one + one, std::string()})
        EXPECT_THROW(read_png(file(header)), error);
}

TEST(png_read, random_chunks_never_do_more_than_throw) {
    std::minstd_rand random(1);
    const std::string types[] = {"tEXt", "zTXt", "iTXt", "IHDR", "IDAT", "IEND"};
    int read = 0;
    for (int round = 0; round < 3'000; ++round) {
        std::string extra;
        for (auto count = random() % 3 + 1; count > 0; --count) {
            std::string data;
            for (auto size = random() % 24; size > 0; --size)
                data += random() % 3 == 0 ? '\0' : static_cast<char>(random());
            extra += chunk(types[random() % std::size(types)], data);
        }
        try {
            read_png(file_with(extra));
            ++read;
        } catch (const error& thrown) {
            EXPECT_EQ(thrown.code(), errc::invalid_argument);
        }
    }
    EXPECT_GT(read, 1'000);
}

}  // namespace
}  // namespace medusa
