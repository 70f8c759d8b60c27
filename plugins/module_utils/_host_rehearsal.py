# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""A deployment that is rehearsed: every step but the write, with the secret that stands in the files already."""

import base64
import os
from typing import Any, Mapping

from ansible_collections.keyturn.sfmc.plugins.module_utils import _secure_file
from ansible_collections.keyturn.sfmc.plugins.module_utils._deployment import Deployment, Edit, place_of
from ansible_collections.keyturn.sfmc.plugins.module_utils._documents._edit import Located
from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal


class Rehearsal(Deployment):
    """Reads, recognises, edits a copy in memory and tries the write of each file. No file is changed."""

    def write(self, check_mode: bool) -> None:
        """Do all of a write but the write; in check mode not even a temporary file."""
        edits = self._edits = self._planned()
        files = {edit.snapshot.real_path: edit for edit in edits.values()}
        self.evidence["files"] = [{**found, "after": found["before"]} for e in files.values() for found in e.found]
        for edit in files.values():
            if check_mode:
                _secure_file.check_replaceable(edit.snapshot)
            else:
                _secure_file.rehearse(edit.snapshot)

    def _edit(self, located: Located, edit: Edit) -> None:
        """See that a secret of the new form can stand there; what the file should hold is what it holds."""
        located.replaced(_stand_in())

    def _recognised(self, located: Located, file: Mapping[str, Any]) -> str:
        """What is proved is what stands there, so that has to be the secret that works now."""
        found = super()._recognised(located, file)
        if located.value == self.target.secret or found not in self.target.known.values():
            return found
        names = [name for name, known in self.target.known.items() if known == found]
        raise Refusal(
            "a place holds the secret that works now, before it gets another",
            place_of(file),
            f"the active secret, {self.target.fingerprint}",
            "the {} secret, {}".format(names[0].rstrip("0123456789 "), found),
            "ansible-playbook keyturn.sfmc.verify -e sfmc_heal=true brings the active secret back",
        )


def _stand_in() -> str:
    """Return a text of the form of a new secret, which is none; it is written nowhere."""
    return "SFMC_" + base64.urlsafe_b64encode(os.urandom(48)).decode("ascii")[:59]
