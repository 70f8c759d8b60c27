# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The estate as Prometheus reads it from a file. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal
from ansible_collections.keyturn.sfmc.plugins.plugin_utils._estate_reading import (
    checked_estate,
    items_of,
    moment,
    number,
    text,
)

try:
    from prometheus_client import CollectorRegistry, generate_latest
    from prometheus_client.core import GaugeMetricFamily
except ImportError:
    HAS_PROMETHEUS = False
else:
    HAS_PROMETHEUS = True

PREFIX = "keyturn_sfmc_"
PHASES = (
    "idle",
    "requested",
    "staged",
    "usable",
    "distributing",
    "attested",
    "activated",
    "soaking",
    "closed",
    "lost",
    "abandoned",
    "orphaned",
    "unknown",
    "undeclared",
)
#: Labels of each integration's series: with the owner among them an alert finds its way without a join.
LABELS = ("integration", "client_id", "environment", "owner")
_ABOUT = ("package", "account")

Item = Mapping[str, Any]
Value = float | None


def _time(key: str) -> Callable[[Item], Value]:
    def read(item: Item) -> Value:
        when = moment(item.get(key))
        return None if when is None else when.timestamp()

    return read


def _count(key: str) -> Callable[[Item], Value]:
    return lambda item: number(item.get(key))


def _whether(key: str) -> Callable[[Item], Value]:
    return lambda item: float(bool(item.get(key)))


def _length(key: str) -> Callable[[Item], Value]:
    return lambda item: float(len(items_of(item.get(key))))


def _permissions(key: str) -> Callable[[Item], Value]:
    def read(item: Item) -> Value:
        said = item.get("permissions")
        names = said.get(key) if isinstance(said, Mapping) else None
        return float(len(names)) if isinstance(names, list) else None

    return read


def _within(item: Item) -> Value:
    hours = number(item.get("verify_within_hours"))
    return None if hours is None else hours * 3600


#: A metric of each integration: its name, what it says, and where it is read. What is unknown has no sample.
GAUGES: tuple[tuple[str, str, Callable[[Item], Value]], ...] = (
    ("secret_generated_timestamp_seconds", "When the active secret was generated.", _time("generated_at")),
    ("secret_due_timestamp_seconds", "When a rotation of the active secret is due.", _time("due_at")),
    ("secret_expires_timestamp_seconds", "When the active secret ends.", _time("expires_at")),
    ("phase_since_timestamp_seconds", "Since when the integration is in its phase.", _time("phase_since")),
    ("rotation_open", "Whether a rotation is open.", _whether("rotation_id")),
    ("blocked", "Whether a person has to mend something first.", _whether("blocked")),
    ("dependents", "Dependents of the integration.", _count("dependents")),
    ("dependents_proved", "Dependents that are proved in the open rotation.", _count("proved")),
    ("strays", "Places that hold its secret and that nobody declared.", _length("strays")),
    ("scanned_timestamp_seconds", "When hosts were last searched for its secret.", _time("scanned_at")),
    ("verified_timestamp_seconds", "When all of its places were last looked at.", _time("verified_at")),
    ("verify_within_seconds", "How often its places are to be looked at.", _within),
    ("unwatched", "Whether nobody has looked at its places for too long (I-43).", _whether("unwatched")),
    ("permissions_excess", "Scopes that the package has and does not declare.", _permissions("excess")),
    ("permissions_missing", "Scopes that are declared and that the package lacks.", _permissions("missing")),
)


def metrics(estate: Mapping[str, Any]) -> str:
    """Return an estate in the text format of Prometheus.

    :raises Refusal: it is no estate, or the library is missing.
    """
    items = checked_estate(estate)
    if not HAS_PROMETHEUS:
        raise Refusal(
            "metrics are written by the Python library prometheus_client",
            "this controller",
            "prometheus_client in the Python that runs ansible",
            "none",
            "pip install prometheus-client, or add it to the execution environment; nothing was written",
        )
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector(estate, items))
    written: str = generate_latest(registry).decode("utf-8")
    return written


class _Collector:
    """What prometheus_client asks for the families of one estate."""

    def __init__(self, estate: Mapping[str, Any], items: tuple[Item, ...]) -> None:
        self._estate = estate
        self._items = items

    def collect(self) -> Iterable[Any]:
        """Yield each family once."""
        yield self._of_the_estate()
        version = GaugeMetricFamily(f"{PREFIX}collection_info", "Which version wrote this file.", labels=["version"])
        version.add_metric([text(self._estate.get("collection"))], 1)
        yield version
        yield self._family("integration_info", "What an integration belongs to.", self._about(), _ABOUT)
        yield self._family("phase", "1 for the phase that the integration is in, else 0.", self._phases(), ("phase",))
        for name, about, read in GAUGES:
            values = ((item, (), read(item)) for item in self._items)
            yield self._family(name, about, ((item, more, value) for item, more, value in values if value is not None))

    def _of_the_estate(self) -> Any:
        family = GaugeMetricFamily(
            f"{PREFIX}estate_generated_timestamp_seconds", "When the estate was looked at that this file tells of."
        )
        when = moment(self._estate.get("generated_at"))
        family.add_metric([], 0.0 if when is None else when.timestamp())
        return family

    def _about(self) -> Iterable[tuple[Item, tuple[str, ...], float]]:
        return ((item, tuple(text(item.get(key)) for key in _ABOUT), 1.0) for item in self._items)

    def _phases(self) -> Iterable[tuple[Item, tuple[str, ...], float]]:
        for item in self._items:
            present = text(item.get("phase")) or "unknown"
            for phase in dict.fromkeys((*PHASES, present)):
                yield item, (phase,), float(phase == present)

    @staticmethod
    def _family(
        name: str, about: str, samples: Iterable[tuple[Item, tuple[str, ...], float]], further: tuple[str, ...] = ()
    ) -> Any:
        family = GaugeMetricFamily(PREFIX + name, about, labels=[*LABELS, *further])
        for item, more, value in samples:
            family.add_metric([*_labels(item), *more], value)
        return family


def _labels(item: Item) -> tuple[str, ...]:
    return text(item["name"]), text(item["client_id"]), text(item.get("environment")), text(item.get("owner"))
