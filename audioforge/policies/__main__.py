"""``python -m audioforge.policies``: serve a policy on loopback until interrupted."""

import argparse
import logging
import threading
from pathlib import Path

from audioforge.policies.server import serve_policy


def main() -> None:
    """Parse the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m audioforge.policies", description="Serve a policy on 127.0.0.1.")
    parser.add_argument("--folder", type=Path, default=None, help="model folder (default: the shipped tiny policy)")
    parser.add_argument("--port", type=int, default=9010)
    parser.add_argument("--weights", type=Path, default=None, help="folder a trainer publishes weights into; followed")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    with serve_policy(options.folder, port=options.port, weights=options.weights) as server:
        logging.info("serving %s at %s (Ctrl+C stops)", server.model_name, server.base_url)
        threading.Event().wait()


if __name__ == "__main__":
    main()
