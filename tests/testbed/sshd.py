# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real OpenSSH servers on loopback, one for each host, with host keys, a client key and connection variables."""

from __future__ import annotations

import os
import pwd
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from tempfile import mkdtemp

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.tests.testbed.processes import Processes, free_port, wait_until

_PRIVILEGE_SEPARATION = Path("/run/sshd")
_PLAIN_PATH = re.compile(r"[A-Za-z0-9_./+@,=-]+")

_SERVER_CONFIG = """\
ListenAddress 127.0.0.1:{port}
HostKey {folder}/host_key
PidFile none
AuthorizedKeysFile {folder}/authorized_keys
AuthenticationMethods publickey
PermitRootLogin prohibit-password
UsePAM no
StrictModes no
UseDNS no
AllowTcpForwarding no
X11Forwarding no
PrintMotd no
PrintLastLog no
MaxSessions 50
MaxStartups 100
Subsystem sftp internal-sftp
SetEnv KEYTURN_TESTBED_HOST={name}
"""


def available() -> tuple[bool, str]:
    """Tell whether real SSH hosts can be had here, and why not."""
    if not _program("sshd"):
        return False, "there is no sshd (package openssh-server)"
    for tool in ("ssh", "ssh-keygen"):
        if not _program(tool):
            return False, f"there is no {tool} (package openssh-client)"
    if os.geteuid() == 0:
        try:
            _PRIVILEGE_SEPARATION.mkdir(mode=0o755, exist_ok=True)
        except OSError as error:
            return False, f"sshd needs {_PRIVILEGE_SEPARATION}, which cannot be made: {error.strerror}"
    return True, "sshd is there"


class SshHosts:
    """SSH servers of a testbed.

    The folder of a host is private: ``<folder>/<name>/`` with ``sshd_config``, ``host_key`` and ``authorized_keys``;
    ``<folder>/id`` is the client's key and ``<folder>/known_hosts`` the only source of trust.

    :param folder: made when missing; its path holds letters, digits and ``_./+@,=-`` only.
    :param processes: who starts and ends the servers; they are named ``sshd-<name>``.
    """

    def __init__(self, folder: Path, processes: Processes) -> None:
        if not _PLAIN_PATH.fullmatch(str(folder)):
            raise Refusal(
                "a path is written into the files of OpenSSH as it is",
                str(folder),
                "letters, digits and _./+@,=- only",
                "another character",
                "choose another folder for the estate",
            )
        self._folder = folder
        self._processes = processes
        self._ports: dict[str, int] = {}

    def start(self, names: Sequence[str]) -> None:
        """Start a server for each name and return when all of them take logins.

        :raises Refusal: a server does not start, or a login with the key fails.
        """
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _make_key(self._folder / "id")
        # Paths of sockets are short (104 bytes on some systems), those of test folders are not.
        control = mkdtemp(prefix="kt-", dir="/tmp")
        (self._folder / "control").symlink_to(control)
        started = {name: self._start_one(name) for name in names}
        for name, server in started.items():
            wait_until(
                partial(_answers, self._ports[name]), f"sshd of {name}", server, self._processes.log(f"sshd-{name}")
            )
        self._try_login(names[0])

    def stop(self) -> None:
        """End all servers, their sessions and the clients' shared connections. Fine to call again."""
        control = self._folder / "control"
        if control.is_symlink():
            sockets = Path(os.readlink(control))
            for path in sockets.glob("*"):
                _run("ssh", "-F", "/dev/null", "-O", "exit", "-o", f"ControlPath={path}", "testbed")
            shutil.rmtree(sockets, ignore_errors=True)
            control.unlink()
        self._processes.end([name for name in self._processes.running() if name.startswith("sshd-")])

    def variables(self, name: str) -> Mapping[str, str | int]:
        """Return Ansible's connection variables for a started host; host key checking stays on."""
        options = {
            "UserKnownHostsFile": str(self._folder / "known_hosts"),
            "GlobalKnownHostsFile": "/dev/null",
            "StrictHostKeyChecking": "yes",
            "IdentitiesOnly": "yes",
            "ControlPath": f"{os.readlink(self._folder / 'control')}/%C",
        }
        return {
            "ansible_connection": "ssh",
            "ansible_host": "127.0.0.1",
            "ansible_port": self._ports[name],
            "ansible_user": pwd.getpwuid(os.geteuid()).pw_name,
            "ansible_ssh_private_key_file": str(self._folder / "id"),
            "ansible_ssh_common_args": " ".join(
                ["-F /dev/null", *(f"-o {option}={value}" for option, value in options.items())]
            ),
            # A server that is not run by root cannot give terminals.
            "ansible_ssh_use_tty": False,
            "ansible_python_interpreter": sys.executable,
        }

    def command(self, name: str) -> list[str]:
        """Return the ssh command line that logs in to a started host; the remote command follows."""
        seen = self.variables(name)
        words = str(seen["ansible_ssh_common_args"]).split()
        target = f"{seen['ansible_user']}@{seen['ansible_host']}"
        key = str(seen["ansible_ssh_private_key_file"])
        return [_program("ssh"), *words, "-o", "BatchMode=yes", "-i", key, "-p", str(seen["ansible_port"]), target]

    def _start_one(self, name: str) -> subprocess.Popen[bytes]:
        home = self._folder / name
        home.mkdir(mode=0o700)
        port = self._ports[name] = free_port()
        _make_key(home / "host_key")
        shutil.copyfile(self._folder / "id.pub", home / "authorized_keys")
        config = home / "sshd_config"
        config.write_text(_SERVER_CONFIG.format(port=port, folder=home, name=name), encoding="ascii")
        with (self._folder / "known_hosts").open("a", encoding="ascii") as known:
            known.write(f"[127.0.0.1]:{port} {(home / 'host_key.pub').read_text(encoding='ascii')}")
        return self._processes.start(f"sshd-{name}", [_program("sshd"), "-D", "-e", "-f", str(config)])

    def _try_login(self, name: str) -> None:
        login = subprocess.run(
            [*self.command(name), "true"], capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
        )
        if login.returncode:
            log = self._processes.log(f"sshd-{name}")
            raise Refusal(
                "hosts of the testbed take logins with its key",
                f"sshd of {name}",
                "a login",
                login.stderr.strip()[-300:],
                f"read {log}; a locked account or one without a shell cannot log in",
            )


def _make_key(path: Path) -> None:
    made = _run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "testbed", "-f", str(path))
    if made.returncode:
        raise Refusal("keys are made at run time", str(path), "a new key", made.stderr.strip(), "look at the folder")


def _run(tool: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [_program(tool), *arguments], capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False
    )


def _program(name: str) -> str:
    """Return the absolute path of a program, which sshd insists on for itself; empty when it is missing."""
    places = [os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin", "/usr/local/sbin"]
    return shutil.which(name, path=os.pathsep.join(places)) or ""


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            return connection.recv(4) == b"SSH-"
    except OSError:
        return False
