"""The job routes of newer ComfyUI servers, /api/jobs."""

import uuid

from wire import json_response

STATES = ("pending", "in_progress", "completed", "failed", "cancelled")


def is_canonical(value):
    """Whether it is a UUID in lower case with hyphens."""
    try:
        return isinstance(value, str) and str(uuid.UUID(value)) == value
    except ValueError:
        return False


def queued(item, status, whole):
    job = {"id": item.prompt_id, "status": status, "priority": item.number,
           "create_time": item.extra_data.get("create_time"), "outputs_count": 0}
    if whole:
        job["workflow"] = {"prompt": item.prompt, "extra_data": item.extra_data}
    return job


def ended(prompt_id, entry, whole):
    number, _id, prompt, extra, _outputs = entry["prompt"]
    messages = entry["status"]["messages"]
    last, said = messages[-1]
    status = {"execution_success": "completed", "execution_interrupted": "cancelled"}.get(
        last, "failed")
    images = [{**image, "nodeId": node_id, "mediaType": "images"}
              for node_id, output in entry["outputs"].items() for image in output["images"]]
    job = {"id": prompt_id, "status": status, "priority": number,
           "create_time": extra.get("create_time"),
           "execution_start_time": messages[0][1]["timestamp"],
           "execution_end_time": said["timestamp"], "outputs_count": len(images)}
    if images:
        job["preview_output"] = images[0]
    if status == "failed":
        job["execution_error"] = said
    if whole:
        job |= {"outputs": entry["outputs"], "execution_status": entry["status"],
                "workflow": {"prompt": prompt, "extra_data": extra}}
    return job


def find(pod, prompt_id):
    """The whole job, or None."""
    if prompt_id in pod.history:
        return ended(prompt_id, pod.history[prompt_id], True)
    if pod.running and pod.running.prompt_id == prompt_id:
        return queued(pod.running, "in_progress", True)
    return next((queued(item, "pending", True) for item in pod.pending()
                 if item.prompt_id == prompt_id), None)


def listed(pod, query):
    jobs = [queued(item, "pending", False) for item in pod.pending()]
    if pod.running:
        jobs.append(queued(pod.running, "in_progress", False))
    jobs += [ended(prompt_id, entry, False) for prompt_id, entry in pod.history.items()]
    wanted = [name for name in query.get("status", "").split(",") if name]
    if set(wanted) - set(STATES):
        return json_response({"error": f"Invalid status value(s): {', '.join(wanted)}."}, 400)
    jobs = [job for job in jobs if not wanted or job["status"] in wanted]

    def key(job):
        if query.get("sort_by") == "execution_duration":
            return job.get("execution_end_time", 0) - job.get("execution_start_time", 0)
        return job["create_time"]

    jobs.sort(key=key, reverse=query.get("sort_order", "desc") == "desc")
    offset, total = max(int(query.get("offset", 0)), 0), len(jobs)
    limit = int(query["limit"]) if "limit" in query else None
    page = jobs[offset:offset + limit] if limit is not None else jobs[offset:]
    return json_response({"jobs": page, "pagination": {
        "offset": offset, "limit": limit, "total": total,
        "has_more": offset + len(page) < total}})


def cancel(pod, prompt_id):
    """Whether something was stopped or taken out of the queue."""
    if pod.running and pod.running.prompt_id == prompt_id:
        return pod.interrupt(prompt_id, prompt_id)
    return pod.delete_pending(prompt_id)


def answer(pod, request):
    """None for a route that does not exist."""
    parts = request.path.removeprefix("/api/jobs").strip("/").split("/")
    if request.method == "GET" and parts == [""]:
        return listed(pod, request.query)
    if request.method == "GET" and len(parts) == 1:
        if not is_canonical(parts[0]):
            return json_response({"error": "job_id must be a UUID in canonical form"}, 400)
        job = find(pod, parts[0])
        return json_response(job) if job else json_response({"error": "Job not found"}, 404)
    if request.method != "POST":
        return None
    if parts == ["cancel"]:
        asked = request.json().get("job_ids")
        if not isinstance(asked, list) or not asked:
            return json_response({"error": "job_ids must be a non-empty array"}, 400)
        return json_response({"cancelled": any([cancel(pod, one) for one in asked])})
    if len(parts) == 2 and parts[1] == "cancel":
        return json_response({"cancelled": cancel(pod, parts[0])})
    return None
