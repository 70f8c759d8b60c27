# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One host's integrations: `sfmc_integrations`, `sfmc_store`, `sfmc_provider` and the policy, as typed values."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.module_utils._token_protocol import auth_url_of, checked_url
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._declarations import (
    INTEGRATION,
    PROVIDER,
    WAIVER,
    declared,
    declared_store,
)
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._rotation.situation import Hold, Policy, Waiver
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._times import moment_of

#: Variables of one host, each templated when it is asked for.
HostVariables = Mapping[str, Any]


@dataclass(frozen=True)
class Integration:
    """One API integration as the inventory declares it. Its identity is the client id."""

    name: str
    client_id: str
    package: str
    auth_url: str
    account: str
    owner: str
    ca_path: str | None
    policy: Policy
    store: Mapping[str, Any]
    provider: Mapping[str, Any]
    tokens_per_second: float = 5.0
    environment: str = ""
    scopes: tuple[str, ...] | None = None
    business_unit: str = ""


def host_integrations(variables: HostVariables, host: str, generating: bool = True) -> tuple[Integration, ...]:
    """Return the integrations that one host's variables declare.

    :param generating: whether their providers are wanted; to decrypt a provider's credentials takes its time.
    """
    integrations = variables.get("sfmc_integrations") or {}
    if not isinstance(integrations, Mapping):
        declared(INTEGRATION, integrations, f"sfmc_integrations of {host}")
    store = declared_store(variables.get("sfmc_store") or {}, f"sfmc_store of {host}")
    if store["kind"] == "file" and store["path"] is None:
        store = {**store, "path": f"{variables.get('inventory_dir') or '.'}/keyturn", "path_is_default": True}
    said = variables.get("sfmc_provider") if generating else None
    provider = declared(PROVIDER, said or {}, f"sfmc_provider of {host}")
    return tuple(
        _integration(
            str(name), declared(INTEGRATION, said, f"sfmc_integrations.{name} of {host}"), variables, store, provider
        )
        for name, said in sorted(integrations.items())
    )


def _integration(
    name: str, said: Mapping[str, Any], variables: HostVariables, store: Mapping[str, Any], provider: Mapping[str, Any]
) -> Integration:
    _check_client_id(name, said["client_id"])
    auth_url = said["auth_url"] or (auth_url_of(said["subdomain"]) if said["subdomain"] else None)
    if auth_url is None:
        raise Refusal(
            "an integration says where its tenant is",
            f"sfmc_integrations.{name}",
            "subdomain: the part before .auth.marketingcloudapis.com",
            "no subdomain",
            "copy it from the package's Authentication Base URI in Setup > Installed Packages",
        )
    if said["subdomain"]:
        auth_url_of(said["subdomain"])
    return Integration(
        name=name,
        client_id=said["client_id"],
        package=said["package"] or name,
        auth_url=checked_url(auth_url, f"sfmc_integrations.{name}.auth_url"),
        account=re.sub(r"[^A-Za-z0-9.-]", "-", said["account"] or said["subdomain"] or auth_url),
        owner=said["owner"],
        ca_path=said["ca_path"] or variables.get("sfmc_ca_path"),
        policy=_policy(name, said, variables, provider),
        store=store,
        provider=provider,
        tokens_per_second=_numbers(name, said, variables)("tokens_per_second", Integration.tokens_per_second),
        environment=str(variables.get("sfmc_environment") or ""),
        scopes=None if said["scopes"] is None else tuple(sorted(said["scopes"])),
        business_unit=said["business_unit"],
    )


def _check_client_id(name: str, client_id: str) -> None:
    if not re.fullmatch(r"[a-z0-9]{24}", client_id):
        raise Refusal(
            "the client id is an integration's identity",
            f"sfmc_integrations.{name}.client_id",
            "24 small letters and digits",
            f"{len(client_id)} characters"
            + ("" if re.fullmatch(r"[a-z0-9]*", client_id) else ", other ones among them"),
            "copy the Client Id from the package's API Integration in Setup > Installed Packages",
        )


def _policy(name: str, said: Mapping[str, Any], variables: HostVariables, provider: Mapping[str, Any]) -> Policy:
    default = Policy()
    number = _numbers(name, said, variables)
    return Policy(
        renew_before=timedelta(days=number("renew_before_days", default.renew_before / timedelta(days=1))),
        spread=timedelta(days=number("spread_days", 0)),
        attestation_age=timedelta(hours=number("attestation_hours", default.attestation_age / timedelta(hours=1))),
        clock_skew=timedelta(seconds=number("clock_skew_seconds", default.clock_skew.total_seconds())),
        no_dependents=said["dependents"] == "none",
        lease=timedelta(seconds=2 * provider["timeout"] + 60),
        verify_within=timedelta(hours=number("verify_hours", 0)) if "sfmc_verify_hours" in variables else None,
        activate=_truth(variables.get("sfmc_activate", True)),
        approval=_truth(variables.get("sfmc_approval", False)),
        sliced=_truth(variables.get("sfmc_sliced", False)),
        strays_block=_strays_block(name, variables.get("sfmc_strays", "block")),
        activated=_truth(variables.get("sfmc_activated", False)),
        force=str(variables.get("sfmc_force") or ""),
        hold=_hold(name, said["hold"]),
        operator=provider["kind"] == "operator",
        retrieves=provider["retrieve"] is not None,
    )


#: A rotation is due within the life of a secret, and evidence lasts at least as long as a rollout takes.
_BOUNDS = {
    "renew_before_days": (1, 179),
    "spread_days": (0, 120),
    "attestation_hours": (1, 8760),
    "clock_skew_seconds": (0, 1e10),
    "verify_hours": (1, 8760),
    "tokens_per_second": (0.01, 1000),
}


def _numbers(name: str, said: Mapping[str, Any], variables: HostVariables) -> Any:
    def number(option: str, default: float) -> float:
        own = said.get(option)
        value = variables.get(f"sfmc_{option}", default) if own is None else own
        low, high = _BOUNDS[option]
        try:
            if low <= float(value) <= high:
                return float(value)
            raise ValueError
        except (TypeError, ValueError):
            offender = f"sfmc_{option} (for {name})"
            raise Refusal(
                "times are numbers within sense",
                offender,
                f"a number from {low:g} to {high:g}",
                str(value) if isinstance(value, (int, float)) else f"a {type(value).__name__}",
                "correct it in the inventory",
            ) from None

    return number


def _truth(value: object) -> bool:
    return value if isinstance(value, bool) else str(value).strip().lower() in ("1", "true", "yes", "on")


def _strays_block(name: str, said: object) -> bool:
    """Tell whether a place that nobody declares, and that holds the active secret, keeps it from being replaced."""
    if said in ("block", "warn"):
        return said == "block"
    raise Refusal(
        "what strays do is one of two words",
        f"sfmc_strays (for {name})",
        "block or warn",
        str(said) if isinstance(said, (str, int, float)) else f"a {type(said).__name__}",
        "correct it in the inventory",
    )


def host_waivers(variables: HostVariables, host: str) -> dict[str, Waiver]:
    """Return whom the inventory vouches for although it declares them no more, by client id.

    :raises Refusal: a waiver without a reason, or without a day.
    """
    said = variables.get("sfmc_waived") or {}
    if not isinstance(said, Mapping):
        declared(WAIVER, said, f"sfmc_waived of {host}")
    waivers = {}
    for client_id, waiver in said.items():
        offender = f"sfmc_waived.{client_id} of {host}"
        options = declared(WAIVER, waiver, offender)
        until = moment_of(options["until"])
        if until is None:
            raise Refusal(
                "I-39: a waiver says until when",
                offender,
                "a date such as 2027-01-31, or a time with its zone",
                "a text that is neither",
                "correct `until`",
            )
        waivers[str(client_id)] = Waiver(options["reason"], until)
    return waivers


def _hold(name: str, said: Mapping[str, Any] | None) -> Hold | None:
    if said is None:
        return None
    until = said["until"]
    if until is None:
        return Hold(said["reason"])
    when = moment_of(until)
    if when is None:
        raise Refusal(
            "I-37: a hold says until when, or has no end",
            f"sfmc_integrations.{name}.hold.until",
            "a date such as 2026-12-24, or a time with its zone",
            "a text that is neither",
            "correct it; while it is unreadable nothing is rotated",
        )
    return Hold(said["reason"], when)
