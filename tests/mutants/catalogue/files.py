# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""I-25, I-26: a file is never readable for more, and never half."""

from __future__ import annotations

from ansible_collections.keyturn.sfmc.tests.mutants.model import mutant

_FILE = "module_utils/_secure_file.py"
_STORE = "module_utils/_document_folder.py"

MUTANTS = (
    mutant(
        "I-25",
        "the temporary file is readable for others",
        _FILE,
        "mode = stat.S_IMODE(snapshot.facts.mode) & stat.S_IRUSR | stat.S_IWUSR",
        "mode = 0o644",
        "unit/test_secure_file.py::test_i25_nothing_is_ever_wider_than_the_old_file",
    ),
    mutant(
        "I-25",
        "a temporary file stays behind after an interrupt",
        _FILE,
        "    except BaseException:\n        _discard(temporary, directory_fd, descriptor, snapshot)\n        raise\n",
        "",
        "unit/test_secure_file.py::test_i25_an_interrupt_leaves_no_temporary_file",
    ),
    mutant(
        "I-25",
        "what a killed run left behind stays",
        _FILE,
        "            _remove_leftovers(directory_fd, name, snapshot)\n",
        "",
        "unit/test_secure_file.py::test_i13_after_a_kill_the_file_is_whole_and_the_next_write_cleans_up",
    ),
    mutant(
        "I-25",
        "a temporary file that its directory keeps holds a secret",
        _FILE,
        "        os.lseek(descriptor, 0, os.SEEK_SET)\n"
        "        _write_all(descriptor, bytes(os.fstat(descriptor).st_size))\n",
        "        return True\n",
        "unit/test_secure_file.py::test_i25_a_temporary_file_that_the_directory_keeps_is_emptied_and_named",
    ),
    mutant(
        "I-25",
        "the folder of the store is open",
        _STORE,
        "_PRIVATE = 0o700",
        "_PRIVATE = 0o755",
        "unit/stores/test_file_store.py::test_the_folder_and_its_files_are_private_whatever_the_umask",
    ),
    mutant(
        "I-25",
        "what a killed writer left in the store stays",
        _STORE,
        "            if leftover.startswith(_TEMPORARY):\n",
        "            if False:\n",
        "unit/stores/test_file_store.py::test_a_killed_process_loses_nothing_blocks_nobody_and_what_it_left_goes_away",
    ),
    mutant(
        "I-26",
        "a file is written over, not replaced",
        _FILE,
        "            os.rename(temporary, name, src_dir_fd=directory_fd, dst_dir_fd=directory_fd)\n",
        '            with open(snapshot.real_path, "wb") as old:\n                old.write(content)\n'
        "            os.unlink(temporary, dir_fd=directory_fd)\n",
        "unit/test_secure_file.py::test_i26_content_changes_and_owner_mode_and_attributes_stay",
    ),
    mutant(
        "I-26",
        "a new file is not synced before the rename",
        _FILE,
        "        _take_over(descriptor, snapshot)\n        os.fsync(descriptor)\n",
        "        _take_over(descriptor, snapshot)\n",
        "unit/test_secure_file.py::test_i26_the_content_is_on_the_disk_before_it_takes_the_files_place",
    ),
    mutant(
        "I-26",
        "owner, mode and attributes are not taken over",
        _FILE,
        "        _take_over(descriptor, snapshot)\n",
        "",
        "unit/test_secure_file.py::test_i26_content_changes_and_owner_mode_and_attributes_stay",
    ),
    mutant(
        "I-26",
        "a file with hard links is replaced under one of its names",
        "module_utils/_replaceable.py",
        "    _check_links(snapshot)\n",
        "",
        "unit/test_secure_file.py::test_i26_a_file_with_hard_links_is_refused",
    ),
    mutant(
        "I-26",
        "a document of the store is not whole at any moment",
        _STORE,
        "            os.replace(temporary, path)\n",
        "            open(path, 'wb').write(content)\n            os.unlink(temporary)\n",
        "unit/stores/test_file_store.py::test_a_file_system_that_fails_leaves_the_old_document_and_no_temporary_file",
    ),
)
