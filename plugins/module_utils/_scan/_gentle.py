# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Staying out of the way of everything else on a host: processor, disk, page cache. Linux; elsewhere in part."""

import os

#: The number of ioprio_set differs between processors; it is in no library.
_IOPRIO_SET = {
    "x86_64": 251,
    "i386": 289,
    "i686": 289,
    "aarch64": 30,
    "riscv64": 30,
    "armv7l": 314,
    "ppc64le": 273,
    "ppc64": 273,
    "s390x": 282,
}
_THIS_PROCESS = (1, 0)
_IDLE = 3 << 13


def step_back() -> None:
    """Take processor and disk only while nothing else wants them."""
    os.nice(19)
    number = _IOPRIO_SET.get(os.uname().machine)
    if number is None:
        return
    try:
        import ctypes

        ctypes.CDLL(None, use_errno=True).syscall(number, *_THIS_PROCESS, _IDLE)
    except (ImportError, OSError, AttributeError, TypeError):  # a Python or a C library that cannot
        pass


def forget(descriptor: int) -> None:
    """Tell the system that what was read of a file need not stay in memory."""
    if hasattr(os, "posix_fadvise"):
        try:
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        except OSError:  # not every file system takes advice
            pass
