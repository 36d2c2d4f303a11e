"""Node classes that keep a person the same: ipadapter, faceid, instantid, pulid, pulidflux,
photomaker, pose. Each pack can be left out."""

from nodes import file_in, node, one_of, real, text, whole

PROVIDERS = one_of("CPU", "CUDA", "ROCM", "DirectML", "OpenVINO", "CoreML")
PRESETS = one_of("LIGHT - SD1.5 only (low strength)", "STANDARD (medium strength)",
                 "VIT-G (medium strength)", "PLUS (high strength)", "PLUS FACE (portraits)",
                 "FULL FACE - SD1.5 only (portraits stronger)")
FACE_PRESETS = one_of("FACEID", "FACEID PLUS - SD1.5 only", "FACEID PLUS V2",
                      "FACEID PORTRAIT (style transfer)",
                      "FACEID PORTRAIT UNNORM - SDXL only (strong)")
WEIGHT_TYPES = one_of(
    "linear", "ease in", "ease out", "ease in-out", "reverse in-out", "weak input", "weak output",
    "weak middle", "strong middle", "style transfer", "composition", "strong style transfer",
    "style and composition", "style transfer precise", "composition precise")
COMBINE = one_of("concat", "add", "subtract", "average", "norm average")
SCALING = one_of("V only", "K+V", "K+V w/ C penalty", "K+mean(V) w/ C penalty")
SPAN = {"start_at": real(0.0), "end_at": real(1.0)}
ADAPTED = {"model": "MODEL", "ipadapter": "IPADAPTER", "image": "IMAGE",
           "weight": real(1.0, -1.0, 5.0, 0.05)}

IPADAPTER = {
    "IPAdapterUnifiedLoader": node({"model": "MODEL", "preset": PRESETS}, "MODEL IPADAPTER",
                                   {"ipadapter": "IPADAPTER"}),
    "IPAdapterAdvanced": node(
        {**ADAPTED, "weight_type": WEIGHT_TYPES, "combine_embeds": COMBINE, **SPAN,
         "embeds_scaling": SCALING}, "MODEL",
        {"image_negative": "IMAGE", "attn_mask": "MASK", "clip_vision": "CLIP_VISION"}),
    "IPAdapter": node(
        {**ADAPTED, **SPAN, "weight_type": one_of("standard", "prompt is more important",
                                                  "style transfer")}, "MODEL",
        {"attn_mask": "MASK"}),
    "PrepImageForClipVision": node(
        {"image": "IMAGE", "interpolation": one_of("LANCZOS", "BICUBIC", "HAMMING", "BILINEAR",
                                                   "BOX", "NEAREST"),
         "crop_position": one_of("top", "bottom", "left", "right", "center", "pad"),
         "sharpening": real(0.0, 0.0, 1.0, 0.05)}, "IMAGE"),
}

FACEID = {
    "IPAdapterUnifiedLoaderFaceID": node(
        {"model": "MODEL", "preset": FACE_PRESETS, "lora_strength": real(0.6),
         "provider": PROVIDERS}, "MODEL IPADAPTER", {"ipadapter": "IPADAPTER"}),
    "IPAdapterFaceID": node(
        {**ADAPTED, "weight_faceidv2": real(1.0, -1.0, 5.0, 0.05), "weight_type": WEIGHT_TYPES,
         "combine_embeds": COMBINE, **SPAN, "embeds_scaling": SCALING}, "MODEL IMAGE",
        {"image_negative": "IMAGE", "attn_mask": "MASK", "clip_vision": "CLIP_VISION",
         "insightface": "INSIGHTFACE"}),
}

INSTANTID = {
    "InstantIDModelLoader": node({"instantid_file": file_in("instantid")}, "INSTANTID"),
    "InstantIDFaceAnalysis": node({"provider": PROVIDERS}, "FACEANALYSIS"),
    "ApplyInstantID": node(
        {"instantid": "INSTANTID", "insightface": "FACEANALYSIS", "control_net": "CONTROL_NET",
         "image": "IMAGE", "model": "MODEL", "positive": "CONDITIONING",
         "negative": "CONDITIONING", "weight": real(0.8, 0.0, 5.0), **SPAN},
        "MODEL CONDITIONING CONDITIONING", {"image_kps": "IMAGE", "mask": "MASK"}),
}

PULID = {
    "PulidModelLoader": node({"pulid_file": file_in("pulid")}, "PULID"),
    "PulidInsightFaceLoader": node({"provider": PROVIDERS}, "FACEANALYSIS"),
    "PulidEvaClipLoader": node({}, "EVA_CLIP"),
    "ApplyPulid": node(
        {"model": "MODEL", "pulid": "PULID", "eva_clip": "EVA_CLIP",
         "face_analysis": "FACEANALYSIS", "image": "IMAGE",
         "method": one_of("fidelity", "style", "neutral"), "weight": real(1.0, -1.0, 5.0, 0.05),
         **SPAN}, "MODEL", {"attn_mask": "MASK"}),
}

PULID_FLUX = {
    "PulidFluxModelLoader": node({"pulid_file": file_in("pulid")}, "PULIDFLUX"),
    "PulidFluxInsightFaceLoader": node({"provider": PROVIDERS}, "FACEANALYSIS"),
    "PulidFluxEvaClipLoader": node({}, "EVA_CLIP"),
    "ApplyPulidFlux": node(
        {"model": "MODEL", "pulid_flux": "PULIDFLUX", "eva_clip": "EVA_CLIP",
         "face_analysis": "FACEANALYSIS", "image": "IMAGE", "weight": real(1.0, -1.0, 5.0, 0.05),
         **SPAN}, "MODEL", {"attn_mask": "MASK"}),
}

PHOTOMAKER = {
    "PhotoMakerLoader": node({"photomaker_model_name": file_in("photomaker")}, "PHOTOMAKER"),
    "PhotoMakerEncode": node({"photomaker": "PHOTOMAKER", "image": "IMAGE", "clip": "CLIP",
                              "text": text("photograph of photomaker", True)}, "CONDITIONING"),
}

POSE = {
    "DWPreprocessor": node(
        {"image": "IMAGE"}, "IMAGE",
        {"detect_hand": one_of("enable", "disable"), "detect_body": one_of("enable", "disable"),
         "detect_face": one_of("enable", "disable"), "resolution": whole(512, 64, 16384, 64)}),
}

PACKS = {"ipadapter": IPADAPTER, "faceid": FACEID, "instantid": INSTANTID, "pulid": PULID,
         "pulidflux": PULID_FLUX, "photomaker": PHOTOMAKER, "pose": POSE}

# What these nodes say at run time where a reference shows no face, or a file is not there.
NO_FACE = {"IPAdapterFaceID": "InsightFace: No face detected.",
           "ApplyInstantID": "Reference Image: No face detected.",
           "ApplyPulid": "Reference Image: No face detected.",
           "ApplyPulidFlux": "Reference Image: No face detected."}
FILES_NEEDED = {
    "IPAdapterUnifiedLoader": [("clip_vision", "ClipVision"), ("ipadapter", "IPAdapter")],
    "IPAdapterUnifiedLoaderFaceID": [("clip_vision", "ClipVision"), ("ipadapter", "IPAdapter"),
                                     ("loras", "LoRA")]}
