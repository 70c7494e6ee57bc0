"""What kind of machine this is, in general words."""

import os
import re
import subprocess
from pathlib import Path


def describe() -> dict:
    """Cores, processor, memory and kernel, as the system tells them."""
    processor = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    memory = re.search(r"^MemTotal:\s*(\d+)", Path("/proc/meminfo").read_text(), re.MULTILINE)
    return {
        "cores": os.cpu_count(),
        "cpu": " ".join(processor[1].split()) if processor else os.uname().machine,
        "memory_gb": round(int(memory[1]) * 1024 / 1e9) if memory else 0,
        "kernel": ".".join(os.uname().release.split(".")[:2]),
    }


def commit() -> str:
    """The commit of the checkout, with a word if it was changed since; nothing where git does not tell."""
    command = ["git", "describe", "--always", "--dirty"]
    try:
        return subprocess.run(command, cwd=Path(__file__).parent, capture_output=True, text=True).stdout.strip()
    except OSError:
        return ""
