# Copyright: (c) 2026, Keyturn
# Simplified BSD License (see LICENSES/BSD-2-Clause.txt or https://opensource.org/licenses/BSD-2-Clause)
# SPDX-License-Identifier: BSD-2-Clause
"""The grammar of shell commands, as far as it says where a word can set a variable."""

# What the next word of a list of commands is.
COMMAND = "the first word of a command"
AFTER_ASSIGNMENT = "the same, after an assignment or a redirection: no reserved word"
WRAPPED = "the name of a command that another one runs"
DECLARED = "an argument of export and its like"
ENVIRONMENT = "an argument of env or sudo"
NAMED = "an argument of read and its like, which set the variables that they name"
CALCULATED = "an argument of let"
PRINTED = "an argument of printf"
UNSET = "an argument of unset"
ARGUMENT = "any other argument"
CLOSED = "a reserved word, after the end of a compound command"
CASE_WORD, CASE_IN = "the word of a case", "its in"
PATTERNS, PATTERN, AFTER_PATTERN = "a pattern or esac", "a pattern", "none, but ) or |"
LOOP_NAME, LOOP_IN = "the name of a for", "its in or do"
FUNCTION = "the name of a function"

OF_KNOWN_COMMANDS = (DECLARED, ENVIRONMENT, NAMED, CALCULATED, PRINTED, UNSET)
COMMAND_MAY_END = (COMMAND, AFTER_ASSIGNMENT, WRAPPED, ARGUMENT, CLOSED, *OF_KNOWN_COMMANDS)
NEXT_AFTER = {ARGUMENT: ARGUMENT, CASE_WORD: CASE_IN, PATTERN: AFTER_PATTERN, PATTERNS: AFTER_PATTERN}

TAKES = {"export": DECLARED, "readonly": DECLARED, "declare": DECLARED, "typeset": DECLARED, "local": DECLARED}
TAKES.update({"env": ENVIRONMENT, "/usr/bin/env": ENVIRONMENT, "sudo": ENVIRONMENT})
TAKES.update({"read": NAMED, "mapfile": NAMED, "readarray": NAMED, "getopts": NAMED})
TAKES.update({"let": CALCULATED, "printf": PRINTED, "unset": UNSET})
TAKES.update({"command": WRAPPED, "builtin": WRAPPED, "exec": WRAPPED})

#: For each reserved word the compound command that it closes, the one that it opens, and what follows.
RESERVED = {
    "if": ("", "if", COMMAND),
    "then": ("if", "if", COMMAND),
    "elif": ("if", "if", COMMAND),
    "else": ("if", "if", COMMAND),
    "fi": ("if", "", CLOSED),
    "while": ("", "loop", COMMAND),
    "until": ("", "loop", COMMAND),
    "for": ("", "loop", LOOP_NAME),
    "select": ("", "loop", LOOP_NAME),
    "do": ("loop", "loop", COMMAND),
    "done": ("loop", "", CLOSED),
    "case": ("", "case", CASE_WORD),
    "esac": ("case", "", CLOSED),
    "{": ("", "{", COMMAND),
    "}": ("{", "", CLOSED),
    "function": ("", "", FUNCTION),
    "!": ("", "", COMMAND),
    "time": ("", "", COMMAND),
    "[[": ("", "", CLOSED),
}
