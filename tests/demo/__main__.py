# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole rotation on this machine: real hosts, real config files, a simulated SFMC. Run by `make demo`."""

from __future__ import annotations

import argparse
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path
from types import FrameType

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.tests.demo.show import Broken, Show
from ansible_collections.keyturn.sfmc.tests.demo.story import tell, write_report
from ansible_collections.keyturn.sfmc.tests.testbed.estate import Estate
from ansible_collections.keyturn.sfmc.tests.testbed.estates import demo

#: Simulated seconds per real second: the waits of a rotation, about 45 minutes, pass in some 20 seconds.
_SPEED = 150.0


def main() -> int:
    """Tell the story; 0 when everything that it says was checked and true."""
    options = _options()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    show = Show(verbose=options.verbose)
    folder = Path(tempfile.mkdtemp(prefix="keyturn-demo-"))
    estate = Estate(folder / "estate", demo(), transport=options.transport, speed=_SPEED)
    began = time.monotonic()
    try:
        with estate:
            tell(estate, show)
            if options.report:
                write_report(estate, show, options.report.resolve())
        show.say(f"\nAll of it is true: {show.checked} checks in {time.monotonic() - began:.0f} s.")
        return 0
    except (Broken, Refusal) as error:
        show.say(f"\nThe demo stops: {error}")
        return 1
    except KeyboardInterrupt:
        show.say("\nInterrupted.")
        return 130
    finally:
        if options.keep:
            show.say(f"Kept, with nothing running: {folder}")
        else:
            estate.remove()
            shutil.rmtree(folder)
            show.say("Cleaned up: every process that this started is ended, the folder is removed.")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__, epilog='Options go in DEMO="...".')
    parser.add_argument("--verbose", action="store_true", help="show everything that Ansible prints")
    parser.add_argument("--keep", action="store_true", help="keep the folder, to look at the files and the store")
    parser.add_argument(
        "--transport",
        choices=("auto", "ssh", "local"),
        default="auto",
        help="how Ansible reaches the hosts (default: real sshd where it is installed)",
    )
    parser.add_argument("--report", type=Path, metavar="FOLDER", help="leave a report of the two environments there")
    return parser.parse_args()


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
