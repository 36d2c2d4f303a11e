#!/usr/bin/env python3
"""AUTOMATIC1111, Forge or stable-diffusion.cpp's server, painting noise. See README.md."""

import asyncio

import a1111_routes
import control
from a1111_pod import A1111Pod


def options():
    parser = control.shared_options(__doc__)
    parser.add_argument("--dialect", default="a1111", choices=["a1111", "forge", "sdcpp"])
    parser.add_argument("--models", default="diving", help="by commas; the first one is loaded")
    parser.add_argument("--loras", default="", help="by commas")
    parser.add_argument("--scripts", default="", help="extensions, for example adetailer")
    parser.add_argument("--auth", help="user:password for Basic authentication")
    chosen = control.finished(parser.parse_args())
    chosen.models = chosen.models.split(",")
    chosen.loras = [name for name in chosen.loras.split(",") if name]
    chosen.scripts = [name.lower() for name in chosen.scripts.split(",") if name]

    def model_named(asked):
        """By name, title or file name, as the server's aliases do; None if there is none."""
        return next((name for name in chosen.models if asked in (
            name, f"{name}.safetensors", a1111_routes.model_entry(name)["title"])), None)

    chosen.model_named = model_named
    return chosen


async def main():
    fleet = control.Fleet(
        lambda index, chosen, plan: A1111Pod(index, chosen, plan, a1111_routes.handle), options())
    await fleet.run()


if __name__ == "__main__":
    asyncio.run(main())
