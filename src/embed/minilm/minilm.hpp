// The embedder on OpenVINO: all-MiniLM-L6-v2, run on the CPU.
//
// Its files are made by tools/make_models.py at set-up. Making it reads and compiles the model
// (some 0.1 s), so a caller that has something else to do makes it on a thread of its own. embed()
// may be called from any thread; runs are one after another, because one run already uses all the
// threads given. Errors: error(storage) for missing files, error(corrupted) for damaged ones, both
// with the advice to run the set-up again.
//
// The weights are the published fp32 ones in half precision, not a quantised file: on a CPU with
// bf16 instructions OpenVINO then runs the matrix products in bf16, which is both faster and nearer
// to fp32 than int8 weights (measured in ARCHITECTURE); on other CPUs it computes in fp32.
#pragma once

#include <filesystem>
#include <memory>

#include "embed/embedder.hpp"

namespace medusa {

inline constexpr auto minilm_name = "all-MiniLM-L6-v2";

struct minilm_settings {
    std::filesystem::path models;  // folder with minilm.xml, minilm.bin and vocab.txt
    int threads = 2;               // at most so many work on one run
};

std::unique_ptr<embedder> make_minilm_embedder(const minilm_settings& settings);

}  // namespace medusa
