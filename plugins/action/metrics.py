# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller's half of keyturn.sfmc.metrics."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._control import ControlAction
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._metrics import metrics
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._written import written


class ActionModule(ControlAction):
    """Writes one file on the controller."""

    SPEC: ClassVar[Mapping[str, Any]] = {
        "estate": {"type": "dict", "required": True},
        "path": {"type": "str", "required": True},
        "mode": {"type": "str", "default": "0644"},
    }

    def act(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Replace the file, and say how much is in it."""
        path, mode = _checked(arguments["path"], arguments["mode"])
        text = metrics(arguments["estate"])
        changed = written(path, text.encode("utf-8"), self.check_mode, mode)
        samples = sum(not line.startswith("#") for line in text.splitlines())
        return {"changed": changed, "path": str(path), "samples": samples}


def _checked(said: str, mode: str) -> tuple[Path, int]:
    path = Path(said).expanduser()
    if path.suffix != ".prom" or not path.is_absolute():
        raise _unusable("path", "an absolute path that ends with .prom, which is what node_exporter reads", said)
    if not re.fullmatch(r"0?[0-7]{3}", mode):
        raise _unusable("mode", "three octal digits in quotes, such as '0644'", mode)
    return path, int(mode, 8)


def _unusable(option: str, expected: str, found: str) -> Refusal:
    return Refusal(
        "metrics are written where node_exporter finds them",
        f"{option} of keyturn.sfmc.metrics (sfmc_metrics_{option})",
        expected,
        repr(found),
        "correct it; nothing was written",
    )
