#!/usr/bin/env python3
"""Cloudinary: uploads, deletions, listing, usage and deliveries at one address. See README.md."""

import asyncio

import cloudinary_routes
import control
from cloudinary_account import HOUR_SECONDS, Account

FREE_PLAN_BYTES = 10 << 20
FREE_PLAN_ADMIN_CALLS = 500


def options():
    parser = control.shared_options(__doc__)
    parser.add_argument("--cloud", default="demo")
    parser.add_argument("--key", default="123456789012345")
    parser.add_argument("--secret", default="secret")
    parser.add_argument("--sha256-only", action="store_true", help="refuse SHA-1")
    parser.add_argument("--folders", default="dynamic", choices=["dynamic", "fixed"])
    parser.add_argument("--image-max", type=int, default=FREE_PLAN_BYTES, help="bytes")
    parser.add_argument("--raw-max", type=int, default=FREE_PLAN_BYTES, help="bytes")
    parser.add_argument("--disk", type=int, default=1 << 40, help="bytes in all")
    parser.add_argument("--admin-limit", type=int, default=FREE_PLAN_ADMIN_CALLS)
    parser.add_argument("--admin-seconds", type=float, default=HOUR_SECONDS,
                        help="how long that limit counts")
    parser.add_argument("--clock-offset", type=float, default=0, help="seconds ahead of ours")
    parser.add_argument("--incoming", action="store_true",
                        help="an incoming transformation changes every picture")
    return control.finished(parser.parse_args())


async def main():
    fleet = control.Fleet(
        lambda index, chosen, plan: Account(index, chosen, plan, cloudinary_routes.handle),
        options())
    await fleet.run()


if __name__ == "__main__":
    asyncio.run(main())
