"""A hash of our own code: what was made by other code is not taken for the same."""

import hashlib
from importlib import resources


def code_hash(*rooms: str) -> str:
    """SHA-256, in hex, of the modules in these folders of the package and of the libraries under them.

    Args:
        rooms: paths within the package, such as "sound/voices"; folders in them are not looked into.
    """
    import numpy as np
    import scipy

    code = hashlib.sha256(f"numpy {np.__version__} scipy {scipy.__version__}".encode())
    for room in rooms:
        for file in sorted((resources.files("resonant") / room).iterdir(), key=lambda each: each.name):
            if file.name.endswith(".py"):
                code.update(file.name.encode() + file.read_bytes())
    return code.hexdigest()
