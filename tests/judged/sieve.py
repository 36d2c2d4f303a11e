"""medusa's content policy over many lines."""

import os
import subprocess


def refused(lines):
    """What the policy refuses of these lines of JSON, or takes for a minor."""
    done = subprocess.run([os.environ["MEDUSA_POLICY_SIEVE"]], input="\n".join(lines), text=True,
                          stdout=subprocess.PIPE, check=True)
    return done.stdout
