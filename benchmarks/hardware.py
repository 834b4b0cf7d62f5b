"""What this machine is, for the head of every table of figures."""

import os
import platform
import re
from pathlib import Path


def hardware() -> str:
    """Processor, cores and versions in one line."""
    info = Path("/proc/cpuinfo")
    names = re.findall(r"model name\s*: (.+)", info.read_text()) if info.exists() else []
    processor = names[0] if names else platform.processor() or platform.machine()
    return f"{processor}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}"
