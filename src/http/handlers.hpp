// The handlers of the routes, by resource; each is in the file of that name.
#pragma once

#include "http/service.hpp"

namespace medusa::http {

// characters.cpp
answer create_character(const service& with, const call& of);
answer list_characters(const service& with, const call& of);
answer get_character(const service& with, const call& of);
answer remove_character(const service& with, const call& of);

// search.cpp
answer search_characters(const service& with, const call& of);
answer similar_characters(const service& with, const call& of);

// character_batch.cpp
answer create_characters(const service& with, const call& of);

// character_change.cpp
answer change_character(const service& with, const call& of);

// images.cpp
answer generate_image(const service& with, const call& of);
answer list_images(const service& with, const call& of);

// jobs.cpp
answer list_jobs(const service& with, const call& of);
answer get_job(const service& with, const call& of);
answer job_events(const service& with, const call& of);
answer cancel_job(const service& with, const call& of);
answer retry_job(const service& with, const call& of);

// assets.cpp
answer get_asset(const service& with, const call& of);
// Where the picture at that path is to be had within 256 x 256 pixels; empty where that can be no
// asset's path.
std::string thumbnail_of(const pipeline_parts& parts, const std::string& path);

// openapi.cpp
answer get_openapi(const service& with, const call& of);

// docs.cpp
answer get_docs(const service& with, const call& of);
answer get_docs_file(const service& with, const call& of);

// webhooks.cpp
answer create_webhook(const service& with, const call& of);
answer list_webhooks(const service& with, const call& of);
answer get_webhook(const service& with, const call& of);
answer remove_webhook(const service& with, const call& of);
answer list_deliveries(const service& with, const call& of);
answer redeliver_webhook(const service& with, const call& of);

// operations.cpp
answer healthz(const service& with, const call& of);
answer readyz(const service& with, const call& of);
answer tell_metrics(const service& with, const call& of);

}  // namespace medusa::http
