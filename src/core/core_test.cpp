#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "core/clock.hpp"
#include "core/error.hpp"
#include "core/files.hpp"
#include "core/hash.hpp"
#include "core/ids.hpp"
#include "core/resources.hpp"
#include "core/text.hpp"

namespace medusa {
namespace {

namespace fs = std::filesystem;

TEST(error, every_code_has_its_own_row) {
    for (int i = 0; i <= static_cast<int>(errc::internal); ++i)
        EXPECT_EQ(info(static_cast<errc>(i)).code, static_cast<errc>(i));
    EXPECT_EQ(info(errc::refused).exit_code, 8);
    EXPECT_STREQ(error(errc::storage, "cause", "advice").what(), "cause. advice");
}

TEST(clock, writes_and_reads_rfc3339) {
    const auto time = from_rfc3339("2026-11-23T01:35:09.045Z");
    EXPECT_EQ(to_rfc3339(time), "2026-11-23T01:35:09.045Z");
    EXPECT_THROW(from_rfc3339("2026-13-23T01:35:09.045Z"), error);
    EXPECT_THROW(from_rfc3339("yesterday"), error);
}

TEST(hash, equals_the_published_vectors) {
    EXPECT_EQ(md5_hex("abc"), "900150983cd24fb0d6963f7d28e17f72");
    EXPECT_EQ(sha1_hex("abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
    EXPECT_EQ(sha256_hex("abc"),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(ids, are_canonical_and_differ) {
    const auto a = random_ids().uuid();
    EXPECT_TRUE(is_uuid(a)) << a;
    EXPECT_NE(a, random_ids().uuid());
    EXPECT_TRUE(is_uuid(derived_uuid(a, 0))) << derived_uuid(a, 0);
    EXPECT_EQ(derived_uuid(a, 0), derived_uuid(a, 0));
    EXPECT_NE(derived_uuid(a, 0), derived_uuid(a, 1));
    EXPECT_FALSE(is_uuid("6BA7B810-9DAD-11D1-80B4-00C04FD430C8"));
    EXPECT_FALSE(is_uuid("6ba7b810-9dad-11d1-80b4-00c04fd430c"));
}

TEST(text, helpers) {
    EXPECT_TRUE(is_valid_utf8("Zoë"));
    EXPECT_FALSE(is_valid_utf8("\xff\xfe"));
    EXPECT_EQ(count_chars("Zoë"), 3u);
    EXPECT_EQ(to_lower("ÉLAN"), "élan");
    EXPECT_EQ(collapse_spaces("  a \t\n b "), "a b");
    EXPECT_EQ(words_in(" Zoë—KNIGHT, “9th”\xff Вера"),
              (std::vector<std::string>{"zoë", "knight", "9th", "вера"}));
    EXPECT_TRUE(words_in("- $ \"").empty());
    EXPECT_EQ(printable("a\x1b[31mb\xE2\x80\xAE"), "a\uFFFD[31mb\uFFFD");
    const std::string names[] = {"anime", "fantasy", "realistic"};
    EXPECT_EQ(nearest("fantsy", names), "fantasy");
    EXPECT_EQ(nearest("opera", names), "");
}

TEST(files, are_written_whole_or_not_at_all) {
    const auto folder = fs::temp_directory_path() / ("medusa-core-" + random_ids().uuid());
    const auto path = folder / "a" / "b.txt";
    write_file_atomic(path, "one");
    write_file_atomic(path, "two");
    EXPECT_EQ(read_file(path, 100), "two");
    EXPECT_THROW(read_file(path, 2), error);
    EXPECT_THROW(read_file(folder / "none", 2), error);
    EXPECT_EQ(std::distance(fs::directory_iterator(folder / "a"), fs::directory_iterator()), 1);
    EXPECT_THROW(write_file_atomic(path / "below-a-file", "x"), error);
    fs::remove_all(folder);
}

TEST(files, that_are_no_plain_ones_are_refused_and_not_waited_for) {
    const auto folder = fs::temp_directory_path() / ("medusa-core-" + random_ids().uuid());
    make_folder(folder);
    ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
    for (const auto& path : {folder / "pipe", folder, fs::path("/dev/zero")}) {
        try {
            read_file(path, 100);
            ADD_FAILURE() << path << " was read";
        } catch (const error& refused) {
            EXPECT_EQ(refused.code(), errc::invalid_argument);
            EXPECT_EQ(refused.detail(), path.string() + " is not a plain file");
        }
    }
    fs::remove_all(folder);
}

TEST(files, a_lock_is_not_waited_for_without_end) {
    const auto path = fs::temp_directory_path() / ("medusa-core-" + random_ids().uuid());
    {
        const file_lock held(path);
        try {
            const file_lock second(path, std::chrono::milliseconds(20));
            ADD_FAILURE() << "two locks at once";
        } catch (const error& late) {
            EXPECT_EQ(late.code(), errc::timed_out);
        }
    }
    EXPECT_NO_THROW(file_lock(path, std::chrono::milliseconds(0)));
    fs::remove(path);
}

TEST(text, without_controls_and_what_can_be_seen) {
    EXPECT_EQ(without_controls(" a\x1b[0m\n\u202Eb\u2066 "), "a[0m b");
    EXPECT_EQ(without_controls("👩‍🚀"), "👩‍🚀");
    for (const char* text : {"", " ", "\u200B", "\uFEFF\u3164", "\u00AD", "\U000E0041", "\u2028"})
        EXPECT_FALSE(has_visible(text)) << text;
    for (const char* text : {"a", "月", "🌙", "\u200Bx"}) EXPECT_TRUE(has_visible(text)) << text;
}

TEST(resources, hold_the_drawing_style) {
    EXPECT_GT(resource("dicebear/lorelei.json").size(), 100'000u);
    EXPECT_THROW(resource("none"), error);
}

}  // namespace
}  // namespace medusa
