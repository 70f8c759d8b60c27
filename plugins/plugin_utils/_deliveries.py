# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which message goes to whom, in the form that each service takes. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.plugin_utils._hooks import Hook
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._notices import Notice
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._told import Told

#: How many notices one message of each kind holds; a Slack message has 50 blocks, a Teams card 28 KB.
_IN_ONE_MESSAGE = {"mail": 200, "slack": 12, "teams": 8, "webhook": 200, "servicenow": 1, "tasks": 1}
_CRITICAL = ("urgent", "expired", "lost")


def deliveries(
    present: Iterable[Notice], hooks: Iterable[Hook], told: Told, at: datetime
) -> tuple[list[dict[str, Any]], list[dict[str, str]]]:
    """Return the messages that are to be sent, and the notices that reach nobody.

    A message holds what one hook, or one recipient of its mails, is to be told. No credential is in it.
    """
    messages: list[dict[str, Any]] = []
    unaddressed: list[dict[str, str]] = []
    everything = tuple(present)
    for hook in hooks:
        due = [each for each in everything if hook.wants(each) and told.is_due(each, hook.name, at, hook.repeat)]
        by_recipients: dict[tuple[str, ...], list[Notice]] = {}
        for notice in due:
            to = hook.recipients(notice) if hook.kind == "mail" else ()
            if hook.kind == "mail" and not to:
                unaddressed.append({"name": hook.name, "integration": notice.integration, "owner": notice.owner})
                continue
            by_recipients.setdefault(to, []).append(notice)
        size = _IN_ONE_MESSAGE[hook.kind]
        for to, notices in by_recipients.items():
            parts = [notices[begin : begin + size] for begin in range(0, len(notices), size)]
            messages += [_message(hook, to, part) for part in parts]
    return messages, unaddressed


def _message(hook: Hook, to: tuple[str, ...], notices: Sequence[Notice]) -> dict[str, Any]:
    first = notices[0]
    subject = first.subject if len(notices) == 1 else f"{len(notices)} things to know of secrets for Marketing Cloud"
    return {
        "hook": hook.number,
        "name": hook.name,
        "kind": hook.kind,
        "where": hook.where,
        "ids": [notice.id for notice in notices],
        "to": list(to),
        "subject": _cut(subject, 200),
        "body": "\n\n".join(_paragraph(notice, len(notices) > 1) for notice in notices),
        "notices": [notice.as_dict() for notice in notices],
        "payload": _payload(hook, subject, notices),
    }


def _paragraph(notice: Notice, titled: bool) -> str:
    title = [notice.subject] if titled else []
    owner = [f"Owner: {notice.owner}"] if notice.owner else []
    return "\n".join([*title, notice.body, f"Way out: {notice.way_out}", *owner])


def _payload(hook: Hook, subject: str, notices: Sequence[Notice]) -> Any:
    if hook.kind == "slack":
        return _slack(subject, notices)
    if hook.kind == "teams":
        return _teams(subject, notices)
    if hook.kind == "servicenow":
        return _incident(notices[0], hook.fields or {})
    return {"source": "keyturn.sfmc", "notices": [notice.as_dict() for notice in notices]}


def _slack(subject: str, notices: Sequence[Notice]) -> dict[str, Any]:
    """Blocks; what is no mark of ours is escaped, so that nobody is called by a name in an inventory."""
    blocks: list[dict[str, Any]] = []
    for notice in notices:
        title = {"type": "plain_text", "text": _cut(notice.subject, 150)}
        # Cut first: half of an escaped sign would be another text.
        texts = [_escaped(_cut(notice.body, 1500)), f"*Way out:* {_escaped(_cut(notice.way_out, 1000))}"]
        texts += [f"Owner: {_escaped(_cut(notice.owner, 200))}"] if notice.owner else []
        blocks.append({"type": "header", "text": title})
        blocks += [{"type": "section", "text": {"type": "mrkdwn", "text": _cut(text, 3000)}} for text in texts]
    return {"text": _escaped(_cut(subject, 150)), "blocks": blocks}


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _teams(subject: str, notices: Sequence[Notice]) -> dict[str, Any]:
    """A message with an Adaptive Card, as a webhook of Workflows takes it."""
    body: list[dict[str, Any]] = []
    for notice in notices:
        body.append(_text_block(_cut(notice.subject, 200), weight="Bolder", size="Medium", separator=True))
        body.append(_text_block(_cut(notice.body, 1500)))
        body.append(_text_block(f"Way out: {_cut(notice.way_out, 1000)}"))
        body += [_text_block(f"Owner: {_cut(notice.owner, 200)}", isSubtle=True)] if notice.owner else []
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "fallbackText": _cut(subject, 200),
        "body": body,
    }
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": None, "content": card}
    return {"type": "message", "attachments": [attachment]}


def _text_block(text: str, **more: Any) -> dict[str, Any]:
    # A line ends with two line feeds in a card.
    return {"type": "TextBlock", "text": text.replace("\n", "\n\n"), "wrap": True, **more}


def _incident(notice: Notice, fields: Mapping[str, Any]) -> dict[str, Any]:
    """A row of ServiceNow's table; what the inventory says of its fields counts more than what is said here."""
    grave = "1" if notice.event in _CRITICAL else "2"
    return {
        "short_description": _cut(notice.subject, 160),
        "description": _paragraph(notice, titled=False),
        "urgency": grave,
        "impact": grave,
        "correlation_id": notice.id,
        "correlation_display": "keyturn.sfmc",
        **fields,
    }


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "\u2026"
