"""What macOS tells of processes and of its own start, by libproc and sysctl; used nowhere else."""

from __future__ import annotations

import ctypes
import ctypes.util
import struct

_PROC_PIDTBSDINFO = 3
_BSDINFO_SIZE = 136
_STATUS_AT = 4
_START_AT = 120
_ZOMBIE = 5


def start_time(pid: int) -> str | None:
    """Return when the process was started, in seconds and microseconds; None if there is none or only its remains."""
    library = ctypes.CDLL(ctypes.util.find_library("proc") or "libproc.dylib")
    buffer = ctypes.create_string_buffer(_BSDINFO_SIZE)
    size = library.proc_pidinfo(pid, _PROC_PIDTBSDINFO, ctypes.c_uint64(0), buffer, _BSDINFO_SIZE)
    if size != _BSDINFO_SIZE:
        return None
    (status,) = struct.unpack_from("I", buffer, _STATUS_AT)
    seconds, microseconds = struct.unpack_from("QQ", buffer, _START_AT)
    return None if status == _ZOMBIE else f"{seconds}.{microseconds:06}"


def boot_time() -> str:
    """Return the id of this start of the machine."""
    library = ctypes.CDLL(ctypes.util.find_library("c"))
    size = ctypes.c_size_t(64)
    buffer = ctypes.create_string_buffer(64)
    library.sysctlbyname(b"kern.bootsessionuuid", buffer, ctypes.byref(size), None, ctypes.c_size_t(0))
    return buffer.value.decode()
