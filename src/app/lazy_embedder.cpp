#include "app/lazy_embedder.hpp"

#include <mutex>
#include <utility>

namespace medusa {
namespace {

class lazy_embedder final : public embedder {
public:
    lazy_embedder(std::string model, std::function<std::unique_ptr<embedder>()> load)
        : model_(std::move(model)), load_(std::move(load)) {}

    std::vector<embedding> embed(std::span<const std::string> texts) override {
        std::call_once(once_, [this] { embedder_ = load_(); });
        return embedder_->embed(texts);
    }
    std::string_view model() const override { return model_; }

private:
    const std::string model_;
    std::function<std::unique_ptr<embedder>()> load_;
    std::once_flag once_;
    std::unique_ptr<embedder> embedder_;  // set once, under once_
};

}  // namespace

std::unique_ptr<embedder> make_lazy_embedder(std::string model,
                                             std::function<std::unique_ptr<embedder>()> load) {
    return std::make_unique<lazy_embedder>(std::move(model), std::move(load));
}

}  // namespace medusa
