// The `parameters` text of a picture in the grammar of AUTOMATIC1111's WebUI, which most tools that
// show how a picture was made can read: the prompt, a line "Negative prompt: ..." when there is
// one, and one line of "Key: value" pairs.
//
// Pure function, any thread; throws nothing but std::bad_alloc.
#pragma once

#include <string>

#include "domain/character.hpp"

namespace medusa {

// Settings that an engine does not have (no sampler, no model, no steps) are left out; seed, size
// and version are always there, so readers recognise the line (they want three pairs). Samplers and
// schedulers get the names that the WebUI shows, values with a comma, colon or new line are quoted
// as JSON.
std::string infotext(const generation_facts& facts);

}  // namespace medusa
