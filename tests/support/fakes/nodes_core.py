"""Node classes in packs that can be left out: core, flux, kontext, qwen, facefix, upscale."""

from nodes import SEED, file_in, node, one_of, real, recorded, switch, text, whole

KSAMPLER = recorded("KSampler")
SAMPLERS, SCHEDULERS = (KSAMPLER["input"]["required"][name][0]
                        for name in ("sampler_name", "scheduler"))
UPSCALES = one_of("nearest-exact", "bilinear", "area", "bicubic", "lanczos")
LATENT_UPSCALES = one_of("nearest-exact", "bilinear", "area", "bicubic", "bislerp")
CROPS = one_of("disabled", "center")
SIDE = whole(512, 16, 16384, 8)
BATCH = whole(1, 1, 4096)
STRENGTH = real(1.0, -100.0, 100.0)

CORE = {
    "CheckpointLoaderSimple": recorded("CheckpointLoaderSimple"),
    "KSampler": KSAMPLER,
    "UpscaleModelLoader": recorded("UpscaleModelLoader"),
    "KSamplerAdvanced": node(
        {"model": "MODEL", "add_noise": one_of("enable", "disable"), "noise_seed": SEED,
         "steps": whole(20, 1, 10000), "cfg": real(8.0, 0.0, 100.0, 0.1),
         "sampler_name": one_of(*SAMPLERS), "scheduler": one_of(*SCHEDULERS),
         "positive": "CONDITIONING", "negative": "CONDITIONING", "latent_image": "LATENT",
         "start_at_step": whole(0, 0, 10000), "end_at_step": whole(10000, 0, 10000),
         "return_with_leftover_noise": one_of("disable", "enable")}, "LATENT"),
    "CLIPTextEncode": node({"text": text(multiline=True), "clip": "CLIP"}, "CONDITIONING"),
    "CLIPTextEncodeSDXL": node(
        {"clip": "CLIP", "width": whole(1024, 0, 16384), "height": whole(1024, 0, 16384),
         "crop_w": whole(0, 0, 16384), "crop_h": whole(0, 0, 16384),
         "target_width": whole(1024, 0, 16384), "target_height": whole(1024, 0, 16384),
         "text_g": text(multiline=True), "text_l": text(multiline=True)}, "CONDITIONING"),
    "CLIPSetLastLayer": node({"clip": "CLIP", "stop_at_clip_layer": whole(-1, -24, -1)}, "CLIP"),
    "EmptyLatentImage": node({"width": SIDE, "height": SIDE, "batch_size": BATCH}, "LATENT"),
    "VAEDecode": node({"samples": "LATENT", "vae": "VAE"}, "IMAGE"),
    "VAEEncode": node({"pixels": "IMAGE", "vae": "VAE"}, "LATENT"),
    "VAEEncodeForInpaint": node({"pixels": "IMAGE", "vae": "VAE", "mask": "MASK",
                                 "grow_mask_by": whole(6, 0, 64)}, "LATENT"),
    "SetLatentNoiseMask": node({"samples": "LATENT", "mask": "MASK"}, "LATENT"),
    "VAELoader": node({"vae_name": file_in("vae")}, "VAE"),
    "SaveImage": node({"images": "IMAGE", "filename_prefix": text("ComfyUI")}, "",
                      output_node=True),
    "PreviewImage": node({"images": "IMAGE"}, "", output_node=True),
    "LoadImage": node({"image": [{"folder": "input"}, {"image_upload": True}]}, "IMAGE MASK"),
    "ImageScale": node({"image": "IMAGE", "upscale_method": UPSCALES,
                        "width": whole(512, 0, 16384), "height": whole(512, 0, 16384),
                        "crop": CROPS}, "IMAGE"),
    "ImageScaleBy": node({"image": "IMAGE", "upscale_method": UPSCALES,
                          "scale_by": real(1.0, 0.01, 8.0)}, "IMAGE"),
    "ImageScaleToTotalPixels": node({"image": "IMAGE", "upscale_method": UPSCALES,
                                     "megapixels": real(1.0, 0.01, 16.0)}, "IMAGE"),
    "LatentUpscale": node({"samples": "LATENT", "upscale_method": LATENT_UPSCALES,
                           "width": whole(512, 0, 16384, 8), "height": whole(512, 0, 16384, 8),
                           "crop": CROPS}, "LATENT"),
    "LatentUpscaleBy": node({"samples": "LATENT", "upscale_method": LATENT_UPSCALES,
                             "scale_by": real(1.5, 0.01, 8.0)}, "LATENT"),
    "LatentFromBatch": node({"samples": "LATENT", "batch_index": whole(0, 0, 63),
                             "length": whole(1, 1, 64)}, "LATENT"),
    "LoraLoader": node({"model": "MODEL", "clip": "CLIP", "lora_name": file_in("loras"),
                        "strength_model": STRENGTH, "strength_clip": STRENGTH}, "MODEL CLIP"),
    "LoraLoaderModelOnly": node({"model": "MODEL", "lora_name": file_in("loras"),
                                 "strength_model": STRENGTH}, "MODEL"),
    "ControlNetLoader": node({"control_net_name": file_in("controlnet")}, "CONTROL_NET"),
    "ControlNetApplyAdvanced": node(
        {"positive": "CONDITIONING", "negative": "CONDITIONING", "control_net": "CONTROL_NET",
         "image": "IMAGE", "strength": real(1.0, 0.0, 10.0), "start_percent": real(0.0),
         "end_percent": real(1.0)}, "CONDITIONING CONDITIONING", {"vae": "VAE"}),
    "ConditioningZeroOut": node({"conditioning": "CONDITIONING"}, "CONDITIONING"),
    "ConditioningCombine": node({"conditioning_1": "CONDITIONING",
                                 "conditioning_2": "CONDITIONING"}, "CONDITIONING"),
    "CLIPVisionLoader": node({"clip_name": file_in("clip_vision")}, "CLIP_VISION"),
    "ImageUpscaleWithModel": node({"upscale_model": "UPSCALE_MODEL", "image": "IMAGE"}, "IMAGE"),
}

FLUX = {
    "UNETLoader": node(
        {"unet_name": file_in("diffusion_models"),
         "weight_dtype": one_of("default", "fp8_e4m3fn", "fp8_e4m3fn_fast", "fp8_e5m2")},
        "MODEL"),
    "CLIPLoader": node(
        {"clip_name": file_in("text_encoders"),
         "type": one_of("stable_diffusion", "sd3", "flux2", "qwen_image")}, "CLIP",
        {"device": one_of("default", "cpu")}),
    "DualCLIPLoader": node(
        {"clip_name1": file_in("text_encoders"), "clip_name2": file_in("text_encoders"),
         "type": one_of("sdxl", "sd3", "flux", "hunyuan_video")}, "CLIP",
        {"device": one_of("default", "cpu")}),
    "FluxGuidance": node({"conditioning": "CONDITIONING", "guidance": real(3.5, 0.0, 100.0, 0.1)},
                         "CONDITIONING"),
    "EmptySD3LatentImage": node({"width": whole(1024, 16, 16384, 16),
                                 "height": whole(1024, 16, 16384, 16), "batch_size": BATCH},
                                "LATENT"),
    "ModelSamplingFlux": node(
        {"model": "MODEL", "max_shift": real(1.15, 0.0, 100.0), "base_shift": real(0.5, 0.0, 100.0),
         "width": whole(1024, 16, 16384, 8), "height": whole(1024, 16, 16384, 8)}, "MODEL"),
    "RandomNoise": node({"noise_seed": SEED}, "NOISE"),
    "BasicGuider": node({"model": "MODEL", "conditioning": "CONDITIONING"}, "GUIDER"),
    "KSamplerSelect": node({"sampler_name": one_of(*SAMPLERS)}, "SAMPLER"),
    "BasicScheduler": node({"model": "MODEL", "scheduler": one_of(*SCHEDULERS),
                            "steps": whole(20, 1, 10000), "denoise": real(1.0)}, "SIGMAS"),
    "SamplerCustomAdvanced": node({"noise": "NOISE", "guider": "GUIDER", "sampler": "SAMPLER",
                                   "sigmas": "SIGMAS", "latent_image": "LATENT"}, "LATENT LATENT"),
}

KONTEXT = {
    "FluxKontextImageScale": node({"image": "IMAGE"}, "IMAGE"),
    "ReferenceLatent": node({"conditioning": "CONDITIONING"}, "CONDITIONING",
                            {"latent": "LATENT"}),
    "FluxKontextMultiReferenceLatentMethod": node(
        {"conditioning": "CONDITIONING",
         "reference_latents_method": one_of("offset", "index", "uxo/uno")}, "CONDITIONING"),
}

QWEN = {
    "ModelSamplingAuraFlow": node({"model": "MODEL", "shift": real(1.73, 0.0, 100.0)}, "MODEL"),
    "CFGNorm": node({"model": "MODEL", "strength": real(1.0, 0.0, 100.0)}, "MODEL"),
    "TextEncodeQwenImageEdit": node({"clip": "CLIP", "prompt": text(multiline=True)},
                                    "CONDITIONING", {"vae": "VAE", "image": "IMAGE"}),
    "TextEncodeQwenImageEditPlus": node(
        {"clip": "CLIP", "prompt": text(multiline=True)}, "CONDITIONING",
        {"vae": "VAE", "image1": "IMAGE", "image2": "IMAGE", "image3": "IMAGE"}),
}

FACEFIX = {
    "UltralyticsDetectorProvider": node({"model_name": file_in("ultralytics")},
                                        "BBOX_DETECTOR SEGM_DETECTOR"),
    "FaceDetailer": node(
        {"image": "IMAGE", "model": "MODEL", "clip": "CLIP", "vae": "VAE",
         "guide_size": real(512.0, 64.0, 16384.0, 8), "guide_size_for": switch(True),
         "max_size": real(1024.0, 64.0, 16384.0, 8), "seed": SEED, "steps": whole(20, 1, 10000),
         "cfg": real(8.0, 0.0, 100.0), "sampler_name": one_of(*SAMPLERS),
         "scheduler": one_of(*SCHEDULERS), "positive": "CONDITIONING", "negative": "CONDITIONING",
         "denoise": real(0.5, 0.0001, 1.0), "feather": whole(5, 0, 100),
         "noise_mask": switch(True), "force_inpaint": switch(True), "bbox_threshold": real(0.5),
         "bbox_dilation": whole(10, -512, 512), "bbox_crop_factor": real(3.0, 1.0, 10.0),
         "drop_size": whole(10, 1, 16384), "bbox_detector": "BBOX_DETECTOR",
         "wildcard": text(multiline=True), "cycle": whole(1, 1, 10)},
        "IMAGE IMAGE IMAGE MASK DETAILER_PIPE IMAGE"),
}

# The upscale pack holds no class of its own: with it the server has upscale model files.
PACKS = {"core": CORE, "flux": FLUX, "kontext": KONTEXT, "qwen": QWEN, "facefix": FACEFIX,
         "upscale": {}}
