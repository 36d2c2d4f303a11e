#include "app/decoder_program.hpp"

#include <algorithm>
#include <thread>

namespace medusa {
namespace {

constexpr unsigned decoders_max = 4;

}  // namespace

std::filesystem::path decoder_program() {
    return std::filesystem::read_symlink("/proc/self/exe").parent_path() / "medusa-decoder";
}

int decoders_at_once() {
    return int(std::clamp(std::thread::hardware_concurrency(), 1u, decoders_max));
}

}  // namespace medusa
