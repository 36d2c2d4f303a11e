// SVG to pixels, by librsvg on a cairo image surface.
//
// Each call has a handle of its own: any number of threads at once. The document is read from
// memory without a base URI, so it can reach no file and no network, and librsvg's limits on size
// and nesting stay on.
#pragma once

#include <cairo.h>

#include <string_view>

#include "card/png.hpp"

namespace medusa::sketch {

// The pixels of an image surface of 32 bits a pixel.
pixels copy_pixels(cairo_surface_t* surface, int width, int height);

// Draws the document scaled into width x height pixels (1-2048 each), on transparent ground.
// Throws error(internal) for a document that librsvg refuses: the SVG is our own.
pixels render_svg(std::string_view svg, int width, int height);

}  // namespace medusa::sketch
