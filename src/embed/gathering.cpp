#include "embed/gathering.hpp"

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <utility>

namespace medusa {
namespace {

class gathering_embedder final : public embedder {
public:
    explicit gathering_embedder(std::unique_ptr<embedder> inside) : inside_(std::move(inside)) {}

    std::vector<embedding> embed(std::span<const std::string> texts) override {
        if (texts.empty()) return {};
        asking own{texts};
        std::unique_lock lock(mutex_);
        waiting_.push_back(&own);
        while (!own.is_answered) {
            if (is_busy_)
                answered_.wait(lock);
            else
                answer_next(lock);
        }
        if (own.failure) std::rethrow_exception(own.failure);
        return std::move(own.vectors);
    }

    std::string_view model() const override { return inside_->model(); }

private:
    struct asking {
        std::span<const std::string> texts;
        std::vector<embedding> vectors{};
        std::exception_ptr failure{};
        bool is_answered = false;
    };

    // One of those who wait computes for all that fit into a batch with the first of them.
    void answer_next(std::unique_lock<std::mutex>& lock) {
        std::vector<asking*> together;
        std::size_t texts = 0;
        while (!waiting_.empty() &&
               (together.empty() || texts + waiting_.front()->texts.size() <= gathered_most)) {
            texts += waiting_.front()->texts.size();
            together.push_back(waiting_.front());
            waiting_.pop_front();
        }
        is_busy_ = true;
        lock.unlock();
        compute(together);
        lock.lock();
        is_busy_ = false;
        for (auto* one : together) one->is_answered = true;
        answered_.notify_all();
    }

    void compute(const std::vector<asking*>& together) {
        try {
            std::vector<std::string> texts;
            for (const auto* one : together)
                texts.insert(texts.end(), one->texts.begin(), one->texts.end());
            const auto vectors = inside_->embed(texts);
            auto next = vectors.begin();
            for (auto* one : together) {
                const auto end = next + std::ptrdiff_t(one->texts.size());
                one->vectors.assign(next, end);
                next = end;
            }
        } catch (...) {
            for (auto* one : together) one->failure = std::current_exception();
        }
    }

    std::unique_ptr<embedder> inside_;
    std::mutex mutex_;
    std::condition_variable answered_;
    std::deque<asking*> waiting_;  // guarded by mutex_, as the next
    bool is_busy_ = false;
};

}  // namespace

std::unique_ptr<embedder> make_gathering_embedder(std::unique_ptr<embedder> inside) {
    return std::make_unique<gathering_embedder>(std::move(inside));
}

}  // namespace medusa
