// The gate between the edge and the routes: what every request passes, whatever it asks for.
//
// One per service; any thread.
#pragma once

#include "http/service.hpp"

namespace medusa::http {

class gate {
public:
    explicit gate(const service& with) : with_(with) {}

    // The answer to any request: throws nothing.
    answer pass(const request& asked);

private:
    // What the client gets of a route's answer.
    response finished(const request& asked, response reply) const;

    const service& with_;
};

}  // namespace medusa::http
