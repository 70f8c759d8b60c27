# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""Restarting what reads its secret at start, and seeing that it is well afterwards."""

import os
import shutil
import subprocess
import tempfile
import time
from typing import Any, Callable, List, Mapping, NamedTuple, Optional

from ansible_collections.keyturn.sfmc.plugins.module_utils._host_client import shown_url
from ansible_collections.keyturn.sfmc.plugins.module_utils._program import end
from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal

RESTART_WORKS = "I-14: a restart is owed until it worked"
CHECK_PASSES = "a dependent is well after it got its secret"

_SYSTEMD = "/run/systemd/system"
_SHOWN = 200
#: Seconds after which a service is looked at once more: many die of a wrong configuration a moment after their start.
_SETTLE = 2.0
_AGAIN = "mend it and run again: the file is right already, and both secrets work until the activation, which waits"


class Ended(NamedTuple):
    """How a command ended: its exit status (None: not within its time), and when it failed the end of what it said."""

    status: Optional[int]
    said: str


class Upkeep:
    """Restarts and checks on this host; of what programs print the last line is shown, without secrets."""

    def __init__(
        self,
        get_status: Callable[[str, bool], str],
        secrets: List[str],
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Take how to ask a URL: (url, validate_certs) -> the status as text, or what went wrong.

        :param secrets: those that a program may know, and so print.
        """
        self._get_status = get_status
        self._secrets = secrets
        self._sleep = sleep

    def restart(self, restart: Mapping[str, Any]) -> None:
        """Restart what a dependent's `restart` names.

        :raises Refusal: it did not work, within its `timeout`.
        """
        for command in restart_commands(restart):
            ended = self._run(command, restart["timeout"])
            if ended.status != 0:
                raise self._failed(RESTART_WORKS, command, ended)

    def check(self, check: Mapping[str, Any]) -> None:
        """See that a dependent is well, as often as its `check` says.

        :raises Refusal: it was not, in any of the tries.
        """
        found = ""
        for attempt in range(check["retries"] + 1):
            if attempt:
                self._sleep(check["delay"])
            found = self._checked_and_settled(check)
            if not found:
                return
        raise Refusal(
            CHECK_PASSES,
            self._shown(_named(check), check["command"][0] if check["command"] else _named(check)),
            f"status {check['status']}" if check["url"] else "exit status 0",
            f"{found}, after {check['retries'] + 1} tries",
            _AGAIN,
        )

    def _checked_and_settled(self, check: Mapping[str, Any]) -> str:
        """Return what is wrong now or, where the check says so, a moment later; an empty text when nothing is."""
        found = self._checked(check)
        settle = check.get("settle")
        if settle is None:
            settle = _SETTLE if check["service"] else 0.0
        if found or not settle:
            return found
        self._sleep(settle)
        found = self._checked(check)
        return f"well at first, {settle:g} s later {found}" if found else ""

    def _checked(self, check: Mapping[str, Any]) -> str:
        """Return what is wrong, an empty text when nothing is."""
        if check["url"]:
            status = self._get_status(check["url"], check["validate_certs"])
            return "" if status.split(" ")[0] == str(check["status"]) else self._shown(status, _named(check))
        ended = self._run(check["command"] or _service_command(check["service"], "is-active"), check["timeout"])
        return "" if ended.status == 0 else _ended(ended)

    def _run(self, command: List[str], timeout: float) -> Ended:
        """Run a command; a program that it leaves behind may keep the output open, so it goes to a file.

        It has a session of its own, so that all that it started can be ended with it when it takes too long.
        """
        words = [word.encode("utf-8", "surrogateescape") for word in command]
        with tempfile.TemporaryFile() as output:
            try:
                process = subprocess.Popen(  # pylint: disable=ansible-bad-function  # no AnsibleModule here
                    words,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            except OSError as error:
                return Ended(127, f"{command[0]}: {os.strerror(error.errno or 0)}")
            try:
                status = process.wait(timeout)  # type: Optional[int]
            except subprocess.TimeoutExpired:
                end(process)
                status = None
            if status == 0:
                return Ended(status, "")
            output.seek(max(0, output.tell() - 4096))
            lines = output.read().decode("utf-8", "replace").splitlines()
        last = next((line for line in reversed(lines) if line.strip()), "")
        return Ended(status, self._shown(last, command[0]))

    def _shown(self, text: str, declared: str) -> str:
        # Needed after a failure only.
        from ansible_collections.keyturn.sfmc.plugins.module_utils._masking import masked

        return masked(text, self._secrets, declared).strip()[-_SHOWN:]

    def _failed(self, rule: str, command: List[str], ended: Ended) -> Refusal:
        words = " ".join(command)
        # Its arguments may hold a credential: of these only what does not look like one is shown.
        return Refusal(rule, self._shown(words, command[0]), "exit status 0", _ended(ended), _AGAIN)


def restart_commands(restart: Mapping[str, Any]) -> List[List[str]]:
    """Return the commands that a dependent's `restart` stands for, on this host."""
    if restart["command"]:
        return [list(restart["command"])]
    if restart["supervisor"]:
        return [["supervisorctl", "restart", restart["supervisor"]]]
    if restart["container"]:
        return [[engine_of(restart), "restart", restart["container"]]]
    reload = [["systemctl", "daemon-reload"]] if restart["daemon_reload"] and os.path.isdir(_SYSTEMD) else []
    return reload + [_service_command(restart["service"], "restart")]


def engine_of(restart: Mapping[str, Any]) -> str:
    """Return the container engine that a restart names, or the one that is here."""
    if restart["engine"]:
        return str(restart["engine"])
    return "docker" if shutil.which("docker") or not shutil.which("podman") else "podman"


def _service_command(name: Optional[str], action: str) -> List[str]:
    """Return how this host's init system is told: systemd, OpenRC, or whatever `service` stands for.

    :raises Refusal: no service is named, and nothing else was before this was asked.
    """
    if not name:
        raise Refusal(
            "a restart and a check name what is meant",
            f"service, to {action}",
            "a name",
            "none",
            "name a service, a command or another of the documented ones in `sfmc_dependents`",
        )
    if os.path.isdir(_SYSTEMD):
        return ["systemctl"] + (["is-active", "--quiet"] if action == "is-active" else [action]) + [name]
    action = "status" if action == "is-active" else action
    return ["rc-service" if shutil.which("rc-service") else "service", name, action]


def _named(check: Mapping[str, Any]) -> str:
    if check["url"]:
        return shown_url(check["url"])
    return " ".join(check["command"]) if check["command"] else f"service {check['service']}"


def _ended(ended: Ended) -> str:
    how = "no end within its time" if ended.status is None else f"exit status {ended.status}"
    return f"{how} ({ended.said})" if ended.said else how
