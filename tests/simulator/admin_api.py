# Copyright: (c) 2026, Keyturn
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``/_sim``: the hands and the window of tests. Only from this machine."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from ansible_collections.keyturn.sfmc.plugins.module_utils._refusal import Refusal

from .answers import Answer
from .clock import parse_time
from .console_api import activated_answer, staged_answer
from .effects import Caller
from .errors import Denied
from .exchange import denied_response, the_world, to_response
from .hosts import is_loopback
from .packages import change_package

blueprint = Blueprint("admin_api", __name__, url_prefix="/_sim")


@blueprint.before_request
def need_loopback() -> Response | None:
    """Let nobody in from elsewhere."""
    if is_loopback(request.remote_addr or ""):
        return None
    return to_response(Answer(403, {"error": "forbidden", "message": "only from this machine"}))


@blueprint.errorhandler(Refusal)
def refused(error: Refusal) -> Response:
    """Answer for a request that is not understood."""
    return to_response(Answer(400, {"error": "refused", "message": str(error), **error.as_dict()}))


@blueprint.errorhandler(Denied)
def denied(error: Denied) -> Response:
    """Answer for a step that SFMC does not take."""
    return denied_response(error)


@blueprint.get("/clock")
def show_clock() -> Response:
    """Show the simulated time."""
    clock = the_world().clock
    return jsonify({"now": clock.now().isoformat(), "speed": clock.speed})


@blueprint.post("/clock")
def move_clock() -> Response:
    """Move the clock: ``set``, then ``speed``, then ``advance_seconds``."""
    clock, body = the_world().clock, _body()
    _only(body, "set", "speed", "advance_seconds")
    moment = parse_time(body["set"]) if "set" in body else None
    speed = _number(body, "speed") if "speed" in body else None
    seconds = _number(body, "advance_seconds") if "advance_seconds" in body else 0.0
    if speed is not None:
        clock.run_at(speed)
    if moment is not None:
        clock.set(moment)
    clock.advance(seconds)
    return show_clock()


@blueprint.get("/packages")
def list_packages() -> Response:
    """List all packages, without secrets."""
    return jsonify({"packages": [package.public() for package in the_world().packages()]})


@blueprint.post("/packages")
def add_packages() -> Response:
    """Install one package, or a list of them; the answer has their secrets."""
    wanted = request.get_json(silent=True)
    if isinstance(wanted, list):
        added = [the_world().add_package(_mapping(each)).private() for each in wanted]
        response = jsonify({"packages": added})
    else:
        response = jsonify(the_world().add_package(_mapping(wanted)).private())
    response.status_code = 201
    return response


@blueprint.get("/packages/<client_id>")
def show_package(client_id: str) -> Response:
    """Show a package with its secrets."""
    return jsonify(the_world().package(client_id).private())


@blueprint.patch("/packages/<client_id>")
def patch_package(client_id: str) -> Response:
    """Change a package: switch it off, age a secret."""
    change_package(the_world().package(client_id), _body())
    return show_package(client_id)


@blueprint.post("/packages/<client_id>/generate")
def generate(client_id: str) -> Response:
    """Do what a person does in Setup: generate a staged secret."""
    body = _body()
    _only(body, "description", "format", "who")
    package = the_world().package(client_id)
    by = Caller(str(body.get("who", "person")))
    staged = the_world().generate(client_id, str(body.get("description", "")), by, str(body.get("format", "new")))
    return staged_answer(package, staged, 201)


@blueprint.post("/packages/<client_id>/activate")
def activate(client_id: str) -> Response:
    """Do what a person does in Setup: activate the staged secret."""
    body = _body()
    _only(body, "description", "who")
    package = the_world().package(client_id)
    description = None if body.get("description") is None else str(body["description"])
    return activated_answer(
        package, the_world().activate(client_id, description, Caller(str(body.get("who", "person"))))
    )


@blueprint.get("/effects")
def list_effects() -> Response:
    """List the record; ``?since=n``, ``?kind=``, ``?client_id=`` narrow it."""
    since = request.args.get("since", "0")
    if not since.isdecimal():
        raise _not_understood("since", "the number of an effect", since)
    lines = the_world().effects.as_list(int(since), request.args.get("kind"), request.args.get("client_id"))
    return jsonify({"effects": lines})


@blueprint.post("/effects")
def add_effect() -> Response:
    """Write a line of one's own into the record: ``{"outcome": "wrote h1", "who": "h1", "client_id", "note"}``."""
    body = _body()
    _only(body, "kind", "outcome", "who", "client_id", "secret", "note")
    texts = {key: None if value is None else str(value) for key, value in body.items()}
    line = the_world().effects.add(
        "external",
        texts.get("client_id"),
        texts.get("outcome") or "done",
        Caller(texts.get("who") or "external"),
        "unknown" if texts.get("secret") not in ("active", "staged", "previous") else str(texts["secret"]),
        texts.get("note"),
    )
    response = jsonify(line)
    response.status_code = 201
    return response


@blueprint.delete("/effects")
def clear_effects() -> Response:
    """Forget the record; the numbers go on."""
    return jsonify({"removed": the_world().effects.clear()})


@blueprint.get("/counts")
def show_counts() -> Response:
    """Show the token requests per client id."""
    return jsonify({"counts": the_world().effects.counts()})


@blueprint.delete("/counts")
def clear_counts() -> Response:
    """Start counting anew."""
    the_world().effects.clear_counts()
    return show_counts()


@blueprint.get("/faults")
def list_faults() -> Response:
    """List the faults, also those that are used up."""
    return jsonify({"faults": the_world().faults.as_list()})


@blueprint.post("/faults")
def add_fault() -> Response:
    """Add a fault."""
    response = jsonify(the_world().faults.add(_body()).as_dict())
    response.status_code = 201
    return response


@blueprint.delete("/faults")
@blueprint.delete("/faults/<int:fault_id>")
def remove_faults(fault_id: int | None = None) -> Response:
    """Remove one fault, or all."""
    return jsonify({"removed": the_world().faults.remove(fault_id)})


@blueprint.get("/switches")
def show_switches() -> Response:
    """Show all switches."""
    return jsonify({"switches": the_world().switches.as_dict()})


@blueprint.patch("/switches")
def change_switches() -> Response:
    """Turn switches."""
    the_world().switches.change(_body())
    return show_switches()


def _mapping(value: object) -> dict[str, object]:
    if not isinstance(value, dict):
        raise _not_understood("body", "a JSON object", type(value).__name__)
    return value


def _body() -> dict[str, object]:
    if not request.get_data():
        return {}
    return _mapping(request.get_json(silent=True, force=True))


def _number(body: dict[str, object], key: str) -> float:
    value = body[key]
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise _not_understood(key, "a number", value)
    return float(value)


def _only(body: dict[str, object], *known: str) -> None:
    unknown = sorted(set(body) - set(known))
    if unknown:
        raise _not_understood("keys", ", ".join(known), unknown)


def _not_understood(what: str, expected: str, found: object) -> Refusal:
    return Refusal(
        "the admin API takes what its table says",
        what,
        expected,
        the_world().hide(repr(found)),
        "see README.md, Admin API",
    )
