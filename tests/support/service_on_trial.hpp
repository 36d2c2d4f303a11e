// The routes of the service over embedded stores in a folder of their own, without sockets and
// without a worker. Test code; one thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "http/service.hpp"
#include "recall/index_follower.hpp"
#include "store/stores.hpp"
#include "support/child.hpp"

namespace medusa::testing_support {

class service_on_trial {
public:
    service_on_trial();
    ~service_on_trial();

    // The answer to the local user; one that waits for a job is given at once.
    http::response ask(http::request asked);
    http::response ask(std::string_view method, std::string_view target, std::string body = {});

    // A saved character without files, as if that job had made it.
    character make(const owner_info& owner, const character_draft& draft, const std::string& job);
    character make(const owner_info& owner, const std::string& name);

    const owner_info& local_user() const;
    stores& stored();
    job_queue& queue();
    index_follower& index();  // of searches; follows when it is told to

private:
    struct inside;
    scratch_folder folder_;
    std::unique_ptr<inside> inside_;
};

}  // namespace medusa::testing_support
