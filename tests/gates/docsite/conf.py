# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Sphinx makes the site with. It asks no other site: references that leave the collection are plain links."""

project = "keyturn.sfmc"
title = html_title = html_short_title = "keyturn.sfmc"
copyright = "2026, Keyturn"

extensions = ["myst_parser", "sphinx_antsibull_ext"]
myst_heading_anchors = 4
# Blocks of pages leave things out with three dots, which no reader of JSON, TOML or PHP takes.
suppress_warnings = ["misc.highlighting_failure"]

pygments_style = "ansible"
highlight_language = "YAML+Jinja"
default_role = "any"

html_theme = "sphinx_ansible_theme"
html_theme_options = {"display_version": False, "vcs_pageview_mode": "blob"}
html_show_sphinx = False
html_use_smartypants = True
html_use_index = False
html_use_modindex = False
html_copy_source = False
