#!/usr/bin/env python3
"""A ComfyUI that paints noise: `fake_comfyui.py --flavour old --pods 3`. See README.md."""

import asyncio

import comfy_routes
import control
import nodes
from comfy_pod import VERSIONS, ComfyPod

DEFAULT_MODELS = "checkpoints=diving.safetensors"
# Files that make a pack usable, where the caller names none for the folder.
PACK_FILES = {
    "flux": "diffusion_models=flux1-dev.safetensors;vae=ae.safetensors;"
            "text_encoders=clip_l.safetensors,t5xxl_fp8_e4m3fn.safetensors",
    "kontext": "diffusion_models=flux1-dev-kontext_fp8_scaled.safetensors;vae=ae.safetensors;"
               "text_encoders=clip_l.safetensors,t5xxl_fp8_e4m3fn.safetensors",
    "qwen": "diffusion_models=qwen_image_edit_2509_fp8_e4m3fn.safetensors;"
            "vae=qwen_image_vae.safetensors;text_encoders=qwen_2.5_vl_7b_fp8_scaled.safetensors",
    "upscale": "upscale_models=4x-UltraSharp.pth",
    "ipadapter": "ipadapter=ip-adapter-plus-face_sd15.safetensors,"
                 "ip-adapter-plus-face_sdxl_vit-h.safetensors;"
                 "clip_vision=CLIP-ViT-H-14-laion2B-s32B-b79K.safetensors",
    "faceid": "ipadapter=ip-adapter-faceid-plusv2_sd15.bin,ip-adapter-faceid-plusv2_sdxl.bin;"
              "clip_vision=CLIP-ViT-H-14-laion2B-s32B-b79K.safetensors;"
              "loras=ip-adapter-faceid-plusv2_sd15_lora.safetensors,"
              "ip-adapter-faceid-plusv2_sdxl_lora.safetensors",
    "instantid": "instantid=ip-adapter.bin;controlnet=instantid-controlnet.safetensors",
    "pulid": "pulid=ip-adapter_pulid_sdxl_fp16.safetensors",
    "pulidflux": "pulid=pulid_flux_v0.9.1.safetensors",
    "photomaker": "photomaker=photomaker-v1.bin",
    "facefix": "ultralytics=bbox/face_yolov8m.pt",
}


def folders_of(packs, text):
    """Model folders: the packs' usual files, replaced folder by folder by what the caller names."""
    folders = control.models_from(DEFAULT_MODELS)
    for pack in packs:
        for folder, files in control.models_from(PACK_FILES.get(pack, "")).items():
            here = folders.setdefault(folder, [])
            here += [name for name in files if name not in here]
    return folders | control.models_from(text)


def options():
    parser = control.shared_options(__doc__)
    parser.add_argument("--flavour", default="old", choices=list(VERSIONS),
                        help="older: mints its own ids; old: as recorded; new: job routes")
    parser.add_argument("--load-seconds", type=float, default=0.0, help="time to load a model")
    parser.add_argument("--nodes", default="core", help="by commas: " + ",".join(
        nodes.pack_names()) + "; core is always there")
    parser.add_argument("--models", default="", help="folder=file,file;folder=...")
    parser.add_argument("--previews", action="store_true", help="as with --preview-method")
    parser.add_argument("--device", default="cuda", choices=["cuda", "cpu"])
    parser.add_argument("--token", help="401 without this bearer token")
    chosen = control.finished(parser.parse_args())
    chosen.packs = {"core", *chosen.nodes.split(",")}
    if unknown := chosen.packs - set(nodes.pack_names()):
        parser.error(f"unknown nodes: {', '.join(unknown)}")
    chosen.folders = folders_of(sorted(chosen.packs), chosen.models)
    return chosen


async def main():
    fleet = control.Fleet(
        lambda index, chosen, plan: ComfyPod(index, chosen, plan, comfy_routes.handle), options())
    await fleet.run()


if __name__ == "__main__":
    asyncio.run(main())
