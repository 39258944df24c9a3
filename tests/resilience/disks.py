"""Disks of some mebibytes, that a test fills and empties: file systems in memory, which root alone may mount."""

import os
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path

MEBIBYTE = 1024 * 1024


class SmallDisk:
    """Mounted over a folder, with what it held; nothing of it runs yet."""

    def __init__(self, folder: Path, *, size: int) -> None:
        """`size`: in mebibytes."""
        self.folder, self.ballast = folder, folder / "ballast"
        held = folder.with_name(f"{folder.name}.held")
        folder.rename(held)
        folder.mkdir()
        subprocess.run([_tool("mount"), "-t", "tmpfs", "-o", f"size={size}m", "relais", str(folder)], check=True)
        subprocess.run([_tool("cp"), "--archive", f"{held}/.", str(folder)], check=True)
        shutil.rmtree(held)

    def fill(self) -> None:
        """To its last byte."""
        with suppress(OSError), self.ballast.open("ab", buffering=0) as out:
            while True:
                out.write(bytes(MEBIBYTE) if self.free() > MEBIBYTE else bytes(4096))

    def empty(self) -> None:
        self.ballast.unlink()

    def free(self) -> int:
        return shutil.disk_usage(self.folder).free

    def unmount(self) -> None:
        subprocess.run([_tool("umount"), "--lazy", str(self.folder)], check=True)


def may_mount(folder: Path) -> bool:
    if os.geteuid() != 0:
        return False
    command = [_tool("mount"), "-t", "tmpfs", "-o", "size=1m", "relais", str(folder)]
    if subprocess.run(command, check=False, capture_output=True).returncode:
        return False
    subprocess.run([_tool("umount"), str(folder)], check=True)
    return True


def _tool(name: str) -> str:
    return shutil.which(name) or name
