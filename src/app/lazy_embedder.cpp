#include "app/lazy_embedder.hpp"

#include <mutex>
#include <utility>

namespace medusa {
namespace {

class lazy_embedder final : public embedder {
public:
    explicit lazy_embedder(std::function<std::unique_ptr<embedder>()> load)
        : load_(std::move(load)) {}

    std::vector<embedding> embed(std::span<const std::string> texts) override {
        return loaded().embed(texts);
    }
    std::string_view model() const override { return loaded().model(); }

private:
    embedder& loaded() const {
        std::call_once(once_, [this] { embedder_ = load_(); });
        return *embedder_;
    }

    std::function<std::unique_ptr<embedder>()> load_;
    mutable std::once_flag once_;
    mutable std::unique_ptr<embedder> embedder_;  // set once, under once_
};

}  // namespace

std::unique_ptr<embedder> make_lazy_embedder(std::function<std::unique_ptr<embedder>()> load) {
    return std::make_unique<lazy_embedder>(std::move(load));
}

}  // namespace medusa
