"""Whether the model hub can be asked now: one short look, since its client's own retries hold a machine for minutes."""

import urllib.error
import urllib.request

from huggingface_hub import constants

PROBE_SECONDS = 3.0


def why_unreachable() -> str:
    """Why the hub can't be used now; empty if it answers."""
    if constants.HF_HUB_OFFLINE:
        return "HF_HUB_OFFLINE is set"
    try:
        urllib.request.urlopen(urllib.request.Request(constants.ENDPOINT, method="HEAD"), timeout=PROBE_SECONDS)
    except urllib.error.HTTPError:
        return ""  # an answer, if not a kind one
    except OSError as error:
        return f"the hub {constants.ENDPOINT} does not answer ({error})"
    return ""
