#include "app/loading_embedder.hpp"

#include <future>
#include <utility>

namespace medusa {
namespace {

class loading_embedder final : public embedder {
public:
    explicit loading_embedder(std::function<std::unique_ptr<embedder>()> load)
        : loaded_(std::async(std::launch::async, std::move(load)).share()) {}

    std::vector<embedding> embed(std::span<const std::string> texts) override {
        return loaded_.get()->embed(texts);
    }
    std::string_view model() const override { return loaded_.get()->model(); }

private:
    // Shared: several threads wait for the same result.
    std::shared_future<std::unique_ptr<embedder>> loaded_;
};

}  // namespace

std::unique_ptr<embedder> make_loading_embedder(std::function<std::unique_ptr<embedder>()> load) {
    return std::make_unique<loading_embedder>(std::move(load));
}

}  // namespace medusa
