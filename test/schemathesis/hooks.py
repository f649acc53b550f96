"""Checks of Schemathesis that know what no OpenAPI document can say: see exceptions.json."""

import json
import pathlib
import re

import schemathesis
from schemathesis.generation.meta import TestPhase
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

EXCEPTIONS = json.loads(pathlib.Path(__file__).with_name("exceptions.json").read_text())
REFUSED_BEFORE = {refusal["status"] for refusal in EXCEPTIONS["refusedBefore"]}


def refusals_of(case) -> list[str]:
    """Patterns of the refusals that are excepted for an operation."""
    name = case.operation.definition.raw.get("operationId")
    return [refusal["message"] for refusal in EXCEPTIONS["refusals"] if refusal.get("operation", name) == name]


def is_excepted(response, case) -> bool:
    """Whether each problem that the answer names is one that a document cannot describe."""
    problem = response.json()
    sentences = [f"{error['path']}: {error['message']}" for error in problem.get("errors", [])]
    patterns = refusals_of(case)
    return all(
        any(re.search(pattern, sentence) for pattern in patterns) for sentence in sentences or [problem["detail"]]
    )


@schemathesis.check
def accepted_or_excepted(ctx, response, case):
    """positive_data_acceptance, but for refusals with a reason."""
    try:
        return positive_data_acceptance(ctx, response, case)
    except Exception:
        if is_excepted(response, case):
            return None
        raise


@schemathesis.check
def rejected_or_too_large(ctx, response, case):
    """negative_data_rejection, but for what is refused before it is looked at."""
    if response.status_code in REFUSED_BEFORE:
        return None
    return negative_data_rejection(ctx, response, case)


@schemathesis.hook
def before_call(context, case, **kwargs):
    """Lets no request wait for a task that nobody converts, and none get an answer of an earlier scenario."""
    wait = (case.query or {}).get("wait")
    if isinstance(wait, int) and 0 <= wait <= 60:
        case.query["wait"] = 0
    case.headers.pop("prefer", None)
    if case.meta and case.meta.phase.name == TestPhase.STATEFUL:
        case.headers.pop("idempotency-key", None)


@schemathesis.deserializer("application/json+chapters")
def chapters(ctx, response):
    return json.loads(response.content)
