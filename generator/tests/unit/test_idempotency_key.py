"""Every operation takes a key by which a second start is known as one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from dbt_batch_ops.plan.model import OperationPlan
from dbt_batch_ops.render.documentation import argument_documentation
from dbt_batch_ops.render.files import render

UPDATE = "operation_type: update\nupdate_data: {status: x}\n"
CALL = "operation_type: custom_function\nfunction: f\n"


@pytest.mark.parametrize("body", [UPDATE, UPDATE + "requires_confirmation: true", CALL])
def test_every_macro_takes_a_key_after_the_run_and_passes_it_on(
    body: str, plan: Callable[[str], OperationPlan], user: Callable[..., str]
) -> None:
    made = plan(user(body))
    (macro,) = (file.text for file in render([made]) if file.path.suffix == ".sql")
    head, own = macro.split("dbt_batch_ops.run(")[0], macro.split("dbt_batch_ops.run(")[1].split("))")[0]
    assert head.index("operation_id=none") < head.index("idempotency_key=none") < head.index("dry_run=false")
    assert "idempotency_key=idempotency_key,\n" in own
    described_arguments = {argument["name"]: argument for argument in argument_documentation(made)}
    assert described_arguments["idempotency_key"]["type"] == "optional[string]"
    assert "returns the first run" in described_arguments["idempotency_key"]["description"]
