import subprocess
import sys

import pytest

HEAVY = ("torch", "transformers", "numpy", "scipy", "fastapi", "pydantic", "soundfile")


@pytest.mark.parametrize(
    "start",
    [
        "import audioforge",
        "import sys; sys.argv = ['audioforge', '--help']; from audioforge.cli.main import app; app()",
    ],
)
def test_the_package_and_its_help_start_without_anything_heavy(start):
    shown = "import sys; print('loaded:', [name for name in " + repr(HEAVY) + " if name in sys.modules])"
    code = f"try:\n    exec({start!r})\nexcept SystemExit:\n    pass\n{shown}"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.splitlines()[-1] == "loaded: []"
