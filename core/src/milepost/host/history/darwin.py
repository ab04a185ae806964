"""What macOS knows of its boot and of processes, by its C library."""

from __future__ import annotations

import ctypes
import struct

BASIC_INFO = 3
"""PROC_PIDTBSDINFO of <sys/proc_info.h>."""

BASIC_INFO_SIZE = 136
START_OFFSET = 120
"""Where `pbi_start_tvsec` and `pbi_start_tvusec`, two 64-bit numbers, stand in it."""


def boot() -> str:
    """Return the id of this boot; unlike the boot's time, it does not change with the clock."""
    library = ctypes.CDLL(None, use_errno=True)
    room = ctypes.create_string_buffer(64)
    size = ctypes.c_size_t(len(room))
    if library.sysctlbyname(b"kern.bootsessionuuid", room, ctypes.byref(size), None, ctypes.c_size_t(0)):
        raise OSError(ctypes.get_errno(), "sysctl kern.bootsessionuuid")
    return room.value.decode()


def started(pid: int) -> str:
    """Return when the process started, in seconds since 1970; empty for one that is gone, ended or not ours."""
    library = ctypes.CDLL("/usr/lib/libproc.dylib", use_errno=True)
    room = ctypes.create_string_buffer(BASIC_INFO_SIZE)
    filled = library.proc_pidinfo(pid, BASIC_INFO, ctypes.c_uint64(0), room, BASIC_INFO_SIZE)
    if filled != BASIC_INFO_SIZE:
        return ""
    seconds, microseconds = struct.unpack_from("=QQ", room.raw, START_OFFSET)
    return f"{seconds}.{microseconds:06d}"
