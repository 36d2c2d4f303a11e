"""What the fake Cloudinary answers: uploads, deletions, the Admin API, deliveries."""

import base64
import email.utils
import re
import time

import cloudinary_form
import cloudinary_sign
from cloudinary_account import HOUR_SECONDS, RATE_LIMIT, Refusal
from http_faults import with_faults
from wire import Response, json_response

PUBLIC_ID_MAX = 255
FORBIDDEN = set("?&#\\%<>+")
API = re.compile(r"/v1_1/([^/]+)/(.+)")
DELIVERY = re.compile(r"/([^/]+)/(image|raw)/upload/(?:v(\d+)/)?(.+)")
PAGE_MAX = 500
TRUE, FALSE = {"1", "true"}, {"0", "false"}


async def handle(account, request):
    if request.path == "/_fake/verify":
        return verify(request)
    if request.path.startswith("/_fake/"):
        return await account.options.control(account, request)

    async def inner(asked):
        try:
            return dated(account, answer(account, asked))
        except Refusal as refusal:
            return dated(account, refused(refusal))
    return await with_faults(account.plan, account.diary, account.seen, request, inner)


def dated(account, response):
    response.headers.append(("Date", email.utils.formatdate(account.now(), usegmt=True)))
    return response


def refused(refusal, headers=()):
    response = json_response({"error": {"message": refusal.message}}, refusal.status)
    response.headers += [("X-Cld-Error", refusal.message), *headers]
    return response


def answer(account, request):
    if called := API.fullmatch(request.path):
        if called[1] != account.options.cloud:
            raise Refusal(401, "Invalid cloud_name " + called[1])
        route = called[2]
        if request.method == "GET":
            return admin(account, request, route)
        if request.method == "POST" and route in ("image/upload", "raw/upload"):
            return upload(account, request, route.partition("/")[0])
        if request.method == "POST" and route in ("image/destroy", "raw/destroy"):
            return destroy(account, request, route.partition("/")[0])
    elif (asked := DELIVERY.fullmatch(request.path)) and request.method == "GET":
        return deliver(account, *asked.groups())
    raise Refusal(404, "Route not found")


def verify(request):
    """For the tests of the signer: which of many signed sets of parameters are wrong, by the code
    here, and which Cloudinary's own library (where scripts/test has installed it) signs otherwise.
    """
    sets = request.json()["sets"]
    wrong = [number for number, one in enumerate(sets) if not cloudinary_sign.is_valid(
        one["fields"], one["secret"], one["signature"])]
    official = cloudinary_sign.official_signer()
    otherwise = [number for number, one in enumerate(sets) if official and official(
        one["fields"], one["secret"], len(one["signature"])) != one["signature"]]
    return json_response({"checked": len(sets), "wrong": wrong, "official": official is not None,
                          "otherwise": otherwise})


def signed_fields(account, request):
    """(fields, file), once they are signed by our customer, now. Raises Refusal."""
    try:
        fields, file = cloudinary_form.fields_of(request)
    except ValueError as reason:
        raise Refusal(400, f"Malformed request: {reason}") from None
    if fields.get("api_key") != account.options.key:
        raise Refusal(401, "Unknown API key " + fields.get("api_key", ""))
    stamp = fields.get("timestamp", "")
    if not stamp.isdigit():
        raise Refusal(400, "Missing required parameter - timestamp")
    if abs(account.now() - int(stamp)) > HOUR_SECONDS:
        told = time.strftime("%Y-%m-%d %H:%M:%S +0000", time.gmtime(int(stamp)))
        raise Refusal(400, f"Stale request - reported time is {told} which is more than 1 hour ago")
    allowed = ("sha256",) if account.options.sha256_only else ("sha1", "sha256")
    if not cloudinary_sign.is_valid(fields, account.options.secret, fields.get("signature", ""),
                                    allowed):
        raise Refusal(401, f"Invalid Signature {fields.get('signature')}. String to sign - "
                           f"'{cloudinary_sign.text_to_sign(fields)}'.")
    return fields, file


def check_name(public_id):
    folders = public_id.split("/")[:-1]
    if (not 0 < len(public_id) <= PUBLIC_ID_MAX or FORBIDDEN & set(public_id)
            or public_id != public_id.strip(" /") or any(re.fullmatch(r"v\d+", one)
                                                         for one in folders)):
        raise Refusal(400, f"public_id ({public_id}) is invalid")


def upload(account, request, kind):
    fields, file = signed_fields(account, request)
    account.diary.note("upload", type=kind, public_id=fields.get("public_id"),
                       signature=fields["signature"], timestamp=int(fields["timestamp"]))
    public_id = fields.get("public_id", "")
    check_name(public_id)
    if not file:
        raise Refusal(400, "Empty file" if file == b"" else "Missing required parameter - file")
    most = account.options.image_max if kind == "image" else account.options.raw_max
    if len(file) > most:
        raise Refusal(400, f"File size too large. Got {len(file)}. Maximum is {most}.")
    overwrite = fields.get("overwrite", "1")
    if overwrite not in TRUE | FALSE:
        raise Refusal(400, "Invalid value for overwrite")
    asset, existing = account.keep(kind, public_id, file, fields.get("asset_folder", ""),
                                   overwrite in TRUE)
    return json_response(described(account, kind, public_id, asset)
                         | ({"existing": True} if existing else {}))


def described(account, kind, public_id, asset):
    name = public_id + (".png" if kind == "image" else "")
    told = {"asset_id": asset.asset_id, "public_id": public_id, "version": asset.version,
            "resource_type": kind, "type": "upload", "etag": asset.etag,
            "bytes": len(asset.data),
            "secure_url": f"https://res.cloudinary.com/{account.options.cloud}/{kind}/upload/"
                          f"v{asset.version}/{name}"}
    if kind == "image":
        told["format"] = "png"
    if account.options.folders == "dynamic":
        told |= {"asset_folder": asset.folder, "display_name": public_id.rpartition("/")[2]}
    else:
        told["folder"] = public_id.rpartition("/")[0]
    return told


def destroy(account, request, kind):
    fields, _file = signed_fields(account, request)
    gone = account.drop(kind, fields.get("public_id", ""))
    return json_response({"result": "ok" if gone else "not found"})


def admin(account, request, route):
    given = f"{account.options.key}:{account.options.secret}".encode()
    if request.headers.get("authorization") != "Basic " + base64.b64encode(given).decode():
        raise Refusal(401, "Invalid api_key or api_secret")
    left, until = account.count_admin_call(route)
    headers = [("X-FeatureRateLimit-Limit", account.options.admin_limit),
               ("X-FeatureRateLimit-Remaining", max(left, 0)),
               ("X-FeatureRateLimit-Reset", email.utils.formatdate(until, usegmt=True))]
    if left < 0:
        return refused(Refusal(RATE_LIMIT, "Rate Limit Exceeded"), headers)
    if route == "usage":
        told = {"plan": "Free", "media_limits": {
            "image_max_size_bytes": account.options.image_max,
            "raw_max_size_bytes": account.options.raw_max}}
    elif route in ("resources/image/upload", "resources/raw/upload"):
        told = page(account, route.split("/")[1], request.query)
    else:
        raise Refusal(404, "Route not found")
    response = json_response(told)
    response.headers += headers
    return response


def page(account, kind, query):
    names = sorted(name for held, name in account.assets if held == kind
                   and name.startswith(query.get("prefix", "")) and name > query.get(
                       "next_cursor", ""))
    size = min(int(query.get("max_results", 10)), PAGE_MAX)
    told = {"resources": [described(account, kind, name, account.assets[kind, name])
                          for name in names[:size]]}
    if len(names) > size:
        told["next_cursor"] = names[size - 1]
    return told


def deliver(account, cloud, kind, version, name):
    """The newest bytes, whatever version is named. As behind a CDN, an address that was asked for
    before is answered as it was then."""
    public_id = name.removesuffix(".png") if kind == "image" else name
    known = cloud == account.options.cloud and (kind == "raw" or name.endswith(".png"))
    asset = account.assets.get((kind, public_id)) if known else None
    place = (kind, version, name)
    if place not in account.cached:
        account.cached[place] = asset.data if asset else None
    data = account.cached[place]
    account.diary.note("delivered" if data is not None else "delivery_missed", type=kind,
                       public_id=public_id)
    if data is None:
        raise Refusal(404, f"Resource not found - {public_id}")
    return Response(200, data, "image/png" if kind == "image" else "application/octet-stream")
