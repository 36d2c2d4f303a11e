#include "embed/minilm/minilm.hpp"

#include <algorithm>
#include <mutex>
#include <numeric>
#include <openvino/openvino.hpp>

#include "core/error.hpp"
#include "core/files.hpp"
#include "embed/minilm/wordpiece.hpp"

namespace medusa {
namespace {

namespace fs = std::filesystem;

// The model's max_seq_length: it was trained on texts of this length at most.
constexpr std::size_t max_tokens = 256;
// Texts in one run: more would need more memory and be no faster.
constexpr std::size_t max_batch = 16;
// Runs are padded to a multiple of this many tokens: OpenVINO prepares code for each new shape,
// which takes longer than a short text does.
constexpr std::size_t width_step = 8;
constexpr std::size_t vocabulary_size = 30'522;  // rows of the model's table of words
constexpr std::size_t max_vocabulary_bytes = 1 << 20;

using tokens = std::vector<std::int32_t>;

fs::path existing(const fs::path& path) {
    if (fs::is_regular_file(path)) return path;
    throw error(errc::storage, "The language model's file " + path.string() + " is missing",
                make_models_again);
}

class minilm_embedder final : public embedder {
public:
    explicit minilm_embedder(const minilm_settings& settings)
        : wordpiece_(read_file(existing(settings.models / "vocab.txt"), max_vocabulary_bytes)) {
        if (wordpiece_.size() != vocabulary_size)
            throw error(errc::corrupted, "The language model's vocabulary is not whole",
                        make_models_again);
        const fs::path graph = existing(settings.models / "minilm.xml");
        existing(settings.models / "minilm.bin");
        // Threads are not tied to cores: the program's others, and other processes, want them too.
        ov::Core core;
        auto model =
            core.compile_model(graph.string(), "CPU", ov::inference_num_threads(settings.threads),
                               ov::hint::performance_mode(ov::hint::PerformanceMode::LATENCY),
                               ov::hint::enable_cpu_pinning(false));
        request_ = model.create_infer_request();
    }

    std::vector<embedding> embed(std::span<const std::string> texts) override {
        std::vector<tokens> encoded;
        encoded.reserve(texts.size());
        for (const std::string& text : texts)
            encoded.push_back(wordpiece_.encode(text, max_tokens));

        // Neighbours in length share a run, so that little of it is spent on padding.
        std::vector<std::size_t> order(texts.size());
        std::iota(order.begin(), order.end(), 0);
        std::ranges::stable_sort(order, {}, [&](std::size_t i) { return encoded[i].size(); });

        std::vector<embedding> result(texts.size());
        for (std::size_t at = 0; at < order.size(); at += max_batch)
            run(std::span(order).subspan(at, std::min(max_batch, order.size() - at)), encoded,
                result);
        return result;
    }

    std::string_view model() const override { return minilm_name; }

private:
    // The texts `batch` (sorted by length) in one run of the model.
    void run(std::span<const std::size_t> batch, const std::vector<tokens>& encoded,
             std::vector<embedding>& result) {
        const std::size_t longest = encoded[batch.back()].size();
        const std::size_t width = (longest + width_step - 1) / width_step * width_step;
        ov::Tensor ids(ov::element::i32, {batch.size(), width});
        ov::Tensor mask(ov::element::f32, {batch.size(), width});
        std::fill_n(ids.data<std::int32_t>(), ids.get_size(), 0);
        std::fill_n(mask.data<float>(), mask.get_size(), 0.0F);
        for (std::size_t row = 0; row < batch.size(); ++row) {
            const tokens& text = encoded[batch[row]];
            std::ranges::copy(text, ids.data<std::int32_t>() + row * width);
            std::fill_n(mask.data<float>() + row * width, text.size(), 1.0F);
        }
        const std::scoped_lock lock(mutex_);
        request_.set_tensor("input_ids", ids);
        request_.set_tensor("attention_mask", mask);
        try {
            request_.infer();
        } catch (const ov::Exception& failure) {
            throw error(errc::internal,
                        std::string("The language model failed: ") + failure.what());
        }
        const float* vectors = request_.get_output_tensor().data<float>();
        for (std::size_t row = 0; row < batch.size(); ++row)
            std::copy_n(vectors + row * embedding_dimension, embedding_dimension,
                        result[batch[row]].begin());
    }

    wordpiece wordpiece_;
    std::mutex mutex_;  // guards request_
    ov::InferRequest request_;
};

}  // namespace

std::unique_ptr<embedder> make_minilm_embedder(const minilm_settings& settings) {
    try {
        return std::make_unique<minilm_embedder>(settings);
    } catch (const ov::Exception& failure) {
        throw error(errc::corrupted,
                    "The language model in " + settings.models.string() +
                        " cannot be loaded: " + failure.what(),
                    make_models_again);
    }
}

}  // namespace medusa
