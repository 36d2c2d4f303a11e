#include "http/submitting.hpp"

#include <utility>

#include "core/ids.hpp"
#include "http/pages.hpp"

namespace medusa::http {

handed_in hand_in(const service& with, const call& of, const job_surroundings& around,
                  const std::vector<asked_job>& jobs) {
    submission asked;
    asked.id = random_ids().uuid();
    asked.owner = of.who.owner;
    asked.surroundings = around;
    asked.idempotency_key = std::string(of.asked.header("idempotency-key"));
    auto accepted = with.queue.submit(asked, jobs);
    const bool replayed = accepted.id != asked.id;
    return {std::move(accepted), replayed};
}

answer submitted(const service& with, const call& of, const job_surroundings& around,
                 const job_request& wanted, std::function<response(const job& done)> made,
                 pair_list headers) {
    const auto taken = hand_in(with, of, around, {{.request = wanted}});
    if (taken.replayed) headers.emplace_back(replayed_header, "true");
    auto waiting = job_answer(of.asked, taken.accepted, std::move(made));
    if (!headers.empty())
        waiting.then = [then = std::move(waiting.then),
                        headers = std::move(headers)](const std::optional<job>& newest) {
            auto reply = then(newest);
            reply.headers.insert(reply.headers.end(), headers.begin(), headers.end());
            return reply;
        };
    return waiting;
}

}  // namespace medusa::http
