#include "decode/picture_inspector.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "card/png.hpp"
#include "card/png_chunks.hpp"
#include "core/error.hpp"

namespace medusa {
namespace {

std::string gradient(int width, int height) {
    pixels drawn{width, height, {}};
    for (int y = 0; y < height; ++y)
        for (int x = 0; x < width; ++x)
            for (const int value : {x * 7, y * 5, x * y, 255})
                drawn.rgba.push_back(std::uint8_t(value));
    return write_png(drawn);
}

std::string flat(int width, int height, std::uint8_t grey) {
    pixels drawn{width, height, {}};
    for (int i = 0; i < width * height; ++i)
        for (const std::uint8_t value : {grey, grey, grey, std::uint8_t{255}})
            drawn.rgba.push_back(value);
    return write_png(drawn);
}

// A PNG whose header says what we like and whose image data is what we give.
std::string file_with(std::uint32_t width, std::uint32_t height, char depth,
                      std::string_view image_data) {
    std::string file(png::signature);
    std::string header;
    png::append_u32(header, width);
    png::append_u32(header, height);
    header += depth;
    header += std::string("\2\0\0\0", 4);
    png::append_chunk(file, "IHDR", header);
    png::append_chunk(file, "IDAT", image_data);
    png::append_chunk(file, "IEND", "");
    return file;
}

std::string with_chunk(const std::string& whole, std::string_view type, std::string_view data) {
    std::string file(png::signature);
    for (const auto& chunk : png::split_chunks(whole)) {
        if (chunk.type == "IDAT") png::append_chunk(file, type, data);
        file += chunk.whole;
    }
    return file;
}

// Some child process of the calling thread, 0 for none.
pid_t child_of_this() {
    std::ifstream children(fmt::format("/proc/self/task/{}/children", ::gettid()));
    pid_t child = 0;
    children >> child;
    return child;
}

class inspector_test : public testing::Test {
protected:
    // Why it is refused, empty where it passes.
    std::string refusal(std::string_view bytes, int width = 64, int height = 48) {
        try {
            inspector->inspect(bytes, width, height);
        } catch (const error& failure) {
            EXPECT_EQ(failure.code(), errc::unavailable);
            return failure.detail();
        }
        return {};
    }

    std::unique_ptr<picture_inspector> inspector = make_picture_inspector(MEDUSA_DECODER, 2);
};

TEST_F(inspector_test, MeasuresAGoodPicture) {
    const auto facts = inspector->inspect(gradient(64, 48), 64, 48);
    EXPECT_EQ(facts.width, 64);
    EXPECT_EQ(facts.height, 48);
    EXPECT_GT(facts.spread, 20);
    EXPECT_GT(facts.brightest, 250);
}

TEST_F(inspector_test, NamesWhatIsWrong) {
    const auto good = gradient(64, 48);
    auto damaged = good;
    damaged[damaged.size() / 2] ^= 0x55;
    const struct {
        const char* what;
        std::string bytes;
        const char* said;
    } table[] = {
        {"nothing", "", "empty file"},
        {"a web page", "<!doctype html><html><body>starting</body></html>", "no PNG"},
        {"a JPEG", "\xff\xd8\xff\xe0 and so on", "no PNG"},
        {"another size", gradient(48, 64), "48x64"},
        {"a flipped byte", damaged, "checksum"},
        {"all black", flat(64, 48, 0), "blank"},
        {"all grey", flat(64, 48, 200), "blank"},
        {"16 bits", file_with(64, 48, 16, "x"), "16 bits"},
        {"animated", with_chunk(good, "acTL", std::string(8, '\0')), "animated"},
        {"no image data", file_with(64, 48, 8, ""), "damaged"},
        {"noise for image data", file_with(64, 48, 8, "not packed at all"), "damaged"},
        {"a bomb's header", file_with(50'000, 50'000, 8, "x"), "out of range"},
    };
    for (const auto& row : table)
        EXPECT_NE(refusal(row.bytes).find(row.said), std::string::npos)
            << row.what << ": " << refusal(row.bytes);
}

TEST_F(inspector_test, RefusesEveryTruncation) {
    const auto good = gradient(320, 200);
    for (std::size_t size = 0; size < good.size(); size += 1024)
        EXPECT_FALSE(refusal(std::string_view(good).substr(0, size), 320, 200).empty()) << size;
    EXPECT_EQ(refusal(good, 320, 200), "");
}

TEST_F(inspector_test, OutlivesItsChildren) {
    EXPECT_EQ(refusal(gradient(64, 48)), "");
    const auto child = child_of_this();
    ASSERT_GT(child, 0);
    ASSERT_EQ(::kill(child, SIGKILL), 0);
    EXPECT_NE(refusal(gradient(64, 48)).find("could not be decoded"), std::string::npos);
    EXPECT_EQ(refusal(gradient(64, 48)), "");
}

TEST_F(inspector_test, DecodesWhereNothingElseCanBeDone) {
    EXPECT_EQ(refusal(gradient(64, 48)), "");
    std::ifstream status(fmt::format("/proc/{}/status", child_of_this()));
    std::string line;
    bool filtered = false;
    while (std::getline(status, line)) filtered |= line == "Seccomp:\t2";
    EXPECT_TRUE(filtered);
    std::ifstream limits(fmt::format("/proc/{}/limits", child_of_this()));
    bool bounded = false;
    while (std::getline(limits, line))
        bounded |=
            line.starts_with("Max address space") && line.find("1073741824") != std::string::npos;
    EXPECT_TRUE(bounded);
}

TEST_F(inspector_test, ServesManyThreads) {
    const auto good = gradient(256, 256);
    std::vector<std::jthread> threads;
    for (int i = 0; i < 6; ++i)
        threads.emplace_back([&] {
            for (int turn = 0; turn < 10; ++turn) EXPECT_EQ(refusal(good, 256, 256), "");
        });
}

TEST(InspectorStart, SaysWhenTheDecoderIsMissing) {
    const auto inspector = make_picture_inspector("/nowhere/medusa-decoder", 1);
    try {
        inspector->inspect(gradient(64, 48), 64, 48);
        FAIL() << "passed without a decoder";
    } catch (const error& failure) {
        EXPECT_EQ(failure.code(), errc::not_found);
        EXPECT_NE(failure.detail().find("medusa-decoder"), std::string::npos);
    }
}

}  // namespace
}  // namespace medusa
