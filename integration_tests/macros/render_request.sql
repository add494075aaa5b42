{#-
  The request by which an operation would open a run, for tests that speak to the engine without a dbt process.

  Fails as the operation does when its arguments or the table are refused.
-#}
{% macro render_request(operation, arguments, idempotency_key=none) %}
    {%- set definition = dbt_batch_ops._definition(operation) -%}
    {%- set values = {} -%}
    {%- for name in definition.description.parameters -%}
        {%- do values.update({name: arguments.get(name)}) -%}
    {%- endfor -%}
    {%- set unknown = arguments | reject("in", values) | list -%}
    {%- set given = dbt_batch_ops._check_arguments(definition.description, values, unknown, resuming=false) -%}
    {%- do given.update({"idempotency_key": dbt_batch_ops._idempotency_key(idempotency_key, given.problems)}) -%}
    {{ return(dbt_batch_ops._prepare(definition, given)) }}
{% endmacro %}

{#- Installs the ledger; a macro of the package cannot be called from outside dbt by its own name. -#}
{% macro install_ledger() %}
    {%- do dbt_batch_ops.install() -%}
{% endmacro %}

{#- What a user is told when the engine has refused to open a run. -#}
{% macro render_refusal(description, refusal) %}
    {%- do dbt_batch_ops._refuse(description, refusal) -%}
{% endmacro %}

{#- What an operation says of itself to the engine when a run goes on. -#}
{% macro render_description(operation) %}
    {%- set description = dbt_batch_ops._definition(operation).description -%}
    {{ return(dict(description, target=description.target | string)) }}
{% endmacro %}
