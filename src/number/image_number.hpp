// The image number file, `.last_image_number`: one decimal number, the count of images made
// (interface.md 2). The pipeline calls this once an image is stored; any thread, any process.
//
// An older script may read and write the file too: the content stays a plain number and a new line,
// white space around it is fine, and a number that the script raised is carried on. Our own
// processes take turns by a lock on `<file>.lock` beside it.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "core/files.hpp"
#include "store/character_store.hpp"

namespace medusa {

struct counted_image {
    std::int64_t number = 0;             // what the file holds for this image
    std::optional<std::string> warning;  // a damaged file was kept aside, under this name
};

// The next number, held for one image that is about to be recorded with it: all others wait.
//
// The number goes into the record that is saved anyway, and advance() raises the file after it. So
// a crash in between neither counts twice nor loses one, and neither needs a write to the disk of
// its own: what the file loses with the power, the next image brings back from the store.
class number_turn {
public:
    // Locks and reads the file. Errors as count_image(), not_found apart.
    number_turn(std::filesystem::path file, image_store& images,
                std::chrono::milliseconds patience = lock_patience);

    // What the image gets: one more than the file and the store know, at most 2^53-1.
    std::int64_t next() const;
    // Raises the file to `number`, which a record holds by now; never lowers it. Returns a warning
    // when a damaged file was kept aside.
    std::optional<std::string> advance(std::int64_t number);

private:
    std::filesystem::path file_;
    image_store& images_;
    file_lock lock_;
    std::int64_t found_ = -1;  // -1: no file yet, or a damaged one
    bool damaged_ = false;
};

// Counts an image that was recorded without a number. Once, however often it is called: the number
// is written to the image's record first and to the file then, so that a crash in between neither
// counts twice nor loses one. The file is never lowered, and is created when it is missing or
// empty; one that does not hold a number from 0 to 2^53-1 is kept as `<file>.damaged-N`. Throws
// error(not_found) for an image without a record, error(storage) for a file that cannot be used
// (also a link, or someone else's) with advice, error(timed_out) when another program keeps it
// locked for `patience`, and what the store throws. At 2^53-1 the number stays.
counted_image count_image(const std::filesystem::path& file, image_store& images,
                          const std::string& image_id,
                          std::chrono::milliseconds patience = lock_patience);

// Locks and reads the file for `doctor`; returns a line to show. Throws as count_image(), and
// error(storage) for a file that does not hold a number.
std::string check_number_file(const std::filesystem::path& file);

}  // namespace medusa
