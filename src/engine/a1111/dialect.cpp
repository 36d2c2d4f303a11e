#include "engine/a1111/dialect.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cctype>

#include "core/base64.hpp"
#include "core/error.hpp"
#include "core/text.hpp"
#include "net/reply_json.hpp"

namespace medusa::a1111 {
namespace {

namespace json = boost::json;

// Between the avatar's pixels and a new picture: the face stays, mood and place may change.
constexpr double reference_denoise = 0.6;
constexpr double face_weight = 0.8;

// Letters, digits and plus signs only: what stays the same in all spellings.
std::string essence(std::string_view name) {
    std::string kept;
    for (const char c : to_lower(name))
        if (std::isalnum(static_cast<unsigned char>(c)) || c == '+') kept += c;
    return kept;
}

// "dpmpp_2s_ancestral" (ComfyUI, and ours) is "DPM++ 2S a" in this family.
std::string family_name(std::string_view ours) {
    std::string name = to_lower(ours);
    const auto replace = [&](std::string_view from, std::string_view to) {
        const auto at = name.find(from);
        if (at != std::string::npos) name.replace(at, from.size(), to);
    };
    replace("dpmpp", "dpm++");
    replace("_ancestral", " a");
    return essence(name);
}

std::string spelled(std::string_view what, std::string_view ours,
                    const std::vector<std::string>& theirs) {
    for (const auto& name : theirs)
        if (essence(name) == family_name(ours) || essence(name) == essence(ours)) return name;
    const auto near = nearest(std::string(ours), theirs);
    throw error(errc::invalid_argument,
                fmt::format("the server has no {} \"{}\"", what, printable(std::string(ours))),
                near.empty() ? fmt::format("It has {}", fmt::join(theirs, ", "))
                             : fmt::format("Did you mean {}?", near));
}

std::string first_with(std::string_view list, std::string_view field, auto wanted) {
    const auto whole = read_json(list);
    for (const auto& item : texts_of(member(whole, field)))
        if (wanted(to_lower(item))) return item;
    return {};
}

[[noreturn]] void no_picture(const std::string& why) {
    throw error(errc::unavailable, remote_failure{failure_class::transient},
                "Image download failed: " + why,
                "Try again; if it stays so, look at the server's log", "engine");
}

}  // namespace

std::vector<std::string> names(std::string_view reply, std::string_view field) {
    std::vector<std::string> found;
    const auto whole = read_json(reply);
    if (!whole || !whole->is_array()) return found;
    for (const auto& item : whole->get_array()) {
        auto name = text_of(member(&item, field));
        if (!name.empty() && name != "None" && name != "Automatic")
            found.push_back(std::move(name));
    }
    return found;
}

std::string dialect_of(std::string_view cmd_flags, std::string_view sd_modules) {
    if (cmd_flags.empty()) return "sd.cpp";
    return sd_modules.empty() ? "a1111" : "forge";
}

std::string sampler_name(std::string_view ours, const std::vector<std::string>& theirs) {
    return spelled("sampler", ours, theirs);
}

std::string scheduler_name(std::string_view ours, const std::vector<std::string>& theirs) {
    return theirs.empty() ? std::string() : spelled("scheduler", ours, theirs);
}

std::optional<face_unit> find_face_unit(std::string_view modules, std::string_view models) {
    const auto has = [](std::string_view name, std::string_view part) {
        return name.find(part) != std::string_view::npos;
    };
    face_unit unit;
    unit.module = first_with(modules, "module_list", [&](const std::string& name) {
        return has(name, "ip-adapter") && !has(name, "face_id");
    });
    unit.model = first_with(models, "model_list", [&](const std::string& name) {
        return has(name, "ip-adapter") && has(name, "face") && !has(name, "faceid");
    });
    if (unit.module.empty() || unit.model.empty()) return std::nullopt;
    return unit;
}

call drawing_call(const attempt_order& order, const server_capabilities& offers,
                  const std::optional<face_unit>& face, std::string_view reference,
                  bool keep_model) {
    const auto& request = order.request;
    const auto& settings = request.settings;
    const bool bare = offers.dialect == "sd.cpp";
    if (bare && request.prompt.find("<lora:") != std::string::npos)
        throw error(errc::invalid_argument, "this server takes no <lora:name:weight> in a prompt",
                    "Leave it out, or use a server with AUTOMATIC1111 or ComfyUI");
    json::object body{
        {"prompt", request.prompt},
        {"negative_prompt", request.negative_prompt},
        {"seed", request.seed},
        {"steps", settings.steps},
        {"cfg_scale", settings.cfg},
        {"width", settings.width},
        {"height", settings.height},
        {"sampler_name", sampler_name(settings.sampler, offers.samplers)},
        {"batch_size", 1},
        {"n_iter", 1},
    };
    const auto scheduler = scheduler_name(settings.scheduler, offers.schedulers);
    if (!scheduler.empty()) body["scheduler"] = scheduler;
    if (!bare) {
        body["send_images"] = true;
        body["save_images"] = false;
        body["do_not_save_grid"] = true;
        body["force_task_id"] = order.attempt_id;
        body["override_settings"] = {{"sd_model_checkpoint", order.model}};
        body["override_settings_restore_afterwards"] = !keep_model;
    }
    if (order.identity_method == "ipadapter" && face && !reference.empty()) {
        const json::object unit{{"enabled", true},
                                {"module", face->module},
                                {"model", face->model},
                                {"image", to_base64(reference)},
                                {"weight", face_weight},
                                {"pixel_perfect", true},
                                {"resize_mode", "Crop and Resize"}};
        body["alwayson_scripts"] = {{"ControlNet", {{"args", json::array{unit}}}}};
    }
    if (order.identity_method == "img2img" && !reference.empty()) {
        body["init_images"] = json::array{json::string(to_base64(reference))};
        body["denoising_strength"] = reference_denoise;
        return {"sdapi/v1/img2img", json::serialize(body)};
    }
    return {"sdapi/v1/txt2img", json::serialize(body)};
}

drawn drawn_picture(std::string_view reply) {
    const auto whole = read_json(reply);
    if (!whole || !whole->is_object()) no_picture("the server's answer is no JSON object");
    const auto info = read_json(text_of(member(whole, "info")));
    drawn result;
    result.model = text_of(member(info, "sd_model_name"));
    result.version = text_of(member(info, "version"));
    std::size_t first = 0;
    if (const auto* index = member(info, "index_of_first_image");
        index && index->is_int64() && index->get_int64() > 0)
        first = std::size_t(index->get_int64());
    const auto* image = element(member(whole, "images"), first);
    if (!image) no_picture("the server sent no picture");
    auto png = image->is_string() ? from_base64(image->get_string()) : std::nullopt;
    if (!png) no_picture("the picture is no base64 text");
    result.png = std::move(*png);
    return result;
}

std::optional<task_progress> read_progress(std::string_view reply) {
    const auto said = read_json(reply);
    if (!said || !said->is_object()) return std::nullopt;
    const auto flag = [&](std::string_view name) {
        const auto* found = member(said, name);
        return found && found->is_bool() && found->get_bool();
    };
    const auto part = number_of(member(said, "progress"));
    return task_progress{flag("active"), flag("queued"), flag("completed"),
                         std::clamp(part.value_or(0), 0.0, 1.0)};
}

std::string reason_of(std::string_view reply) {
    const auto said = read_json(reply);
    for (const auto* field : {"detail", "errors", "error"})
        if (const auto reason = text_of(member(said, field)); !reason.empty())
            return harmless(reason);
    return {};
}

}  // namespace medusa::a1111
