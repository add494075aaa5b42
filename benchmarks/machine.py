"""The machine in words: what matters for the figures, and nothing that tells whose it is."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import date
from importlib.metadata import version
from pathlib import Path


def describe() -> dict[str, str]:
    """Return what the measurements are made on, as it is now."""
    return {
        "Date": date.today().isoformat(),
        "Processor": f"{_cpu_model()}, {_cores()} cores",
        "Memory": _memory(),
        "Load before": _load(),
        "Operating system": _operating_system(),
        "Python": platform.python_version(),
        "dbt": f"dbt-core {version('dbt-core')}, dbt-postgres {version('dbt-postgres')}",
        "dbt-batch-ops": version("dbt-batch-ops"),
    }


def _cores() -> int:
    # What this process may use, which on a shared machine is less than there is.
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _cpu_model() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    for line in lines:
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return _from_sysctl() or platform.machine()


def _from_sysctl() -> str:
    command = ["sysctl", "-n", "machdep.cpu.brand_string"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    except OSError:
        return ""


def _memory() -> str:
    return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GB"


def _load() -> str:
    return f"{os.getloadavg()[0]:.1f} processes wanted a core in the last minute"


def _operating_system() -> str:
    kernel = f"{platform.system()} {platform.release()} ({platform.machine()})"
    try:
        return f"{platform.freedesktop_os_release()['PRETTY_NAME']}, {kernel}"
    except (OSError, KeyError):
        return kernel
