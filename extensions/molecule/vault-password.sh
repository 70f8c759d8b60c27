#!/bin/sh
# Copyright: (c) 2026, Keyturn
# SPDX-License-Identifier: GPL-3.0-or-later
# Print the vault password of the scenario's estate; before there is one, something that opens nothing.
cat "${KEYTURN_ESTATE}/vault-password" 2>/dev/null || echo "no estate yet"
