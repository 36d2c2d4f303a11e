// The artist's side of an engine that draws from files: sheets of pictures to look at side by side,
// and the check of the files.
//
// Made and owned by the composition root for one command; main thread.
#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

namespace medusa {

struct sheet_info {
    std::string name;
    std::string about;  // one line
};

// Something in a file that an artist has to change.
struct art_fault {
    std::string file;  // below the folder of the art: "parts/tiara.svg"
    std::string what;  // the line, the element, and what is expected
    friend bool operator==(const art_fault&, const art_fault&) = default;
};

struct drawn_sheet {
    std::string png;                             // the whole sheet
    std::vector<std::vector<std::string>> rows;  // what each of its pictures shows
    std::vector<std::string> notes;              // of the engine, each once
};

class art_desk {
public:
    virtual ~art_desk() = default;

    virtual std::vector<sheet_info> sheets() const = 0;

    // How many pictures are on a sheet. Throws error(invalid_argument) for an unknown name.
    virtual std::size_t pictures(const std::string& sheet) = 0;

    // Draws a sheet of pictures of `cell_px` x `cell_px`; `style` replaces the styles of the sheet
    // where it is not empty, and `drawn` is called after each picture. Throws
    // error(invalid_argument) for an unknown name or style, cancelled once `stop` is requested, and
    // internal for a broken file.
    virtual drawn_sheet draw(const std::string& sheet, const std::string& style, int cell_px,
                             const std::function<void()>& drawn, std::stop_token stop) = 0;

    // Everything that is wrong with the files, sorted by file; empty: nothing.
    virtual std::vector<art_fault> faults() = 0;
};

}  // namespace medusa
