// Many pictures on one, in rows of equal cells, to be looked at side by side.
//
// One object for one sheet, owned by its maker: one thread. Errors: error(invalid_argument) for a
// sheet larger than any picture of ours.
#pragma once

#include <cstddef>
#include <memory>

#include "card/png.hpp"

namespace medusa::sketch {

class mosaic {
public:
    // Room for `count` pictures, each scaled to fit into `cell_px` x `cell_px`.
    mosaic(std::size_t count, std::size_t columns, int cell_px);
    ~mosaic();

    // Puts the picture, whole and centred, into the next cell.
    void add(const pixels& picture);
    // The sheet on white ground.
    pixels take();

private:
    struct canvas;
    std::unique_ptr<canvas> canvas_;
    std::size_t columns_;
    std::size_t next_ = 0;
    int cell_px_;
};

}  // namespace medusa::sketch
