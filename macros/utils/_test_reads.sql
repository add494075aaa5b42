{#-
  What a test reads, each by its name in the ledger; none where there is nothing to look at (yet), and the test passes.

  A test on the ledger names `migrations` as well: what it depends on is then more than the models read, or `dbt build`
  would skip them when it fails, which is when they are needed.

  Args:
    attached (relation): what the test is attached to: `model`; none for a test on data that the ledger is held against.
    names (list[str]): tables of the ledger; the first is the one that the test is attached to.
    runs (relation): the model of runs, when a singular test is about models.
-#}
{% macro _test_reads(attached, names, runs=none) %}
    {%- set on_models = attached is not none and (runs is not none or dbt_batch_ops._attached_to_model()) -%}
    {%- set reads = {} -%}
    {%- for name in names -%}
        {%- if loop.first and attached is not none -%}
            {%- set relation = attached -%}
        {%- elif not on_models -%}
            {%- set relation = source("batch_ops", name) -%}
        {%- elif name == "runs" and runs is not none -%}
            {%- set relation = runs -%}
        {%- elif name in dbt_batch_ops._model_of_table() -%}
            {%- set relation = ref("dbt_batch_ops", dbt_batch_ops._model_of_table()[name]) -%}
        {%- else -%}
            {%- set relation = none -%}
        {%- endif -%}
        {%- if relation is not none -%}
            {%- do reads.update({name: relation}) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set migrations = none if on_models else source("batch_ops", "migrations") -%}
    {%- if not execute or adapter.type() != "postgres" -%}
        {{ return(none) }}
    {%- elif on_models -%}
        {{ return(dbt_batch_ops._read_models(reads)) }}
    {%- elif not dbt_batch_ops._has_ledger(migrations) -%}
        {{ return(none) }}
    {%- endif -%}
    {%- for name, relation in reads.items() -%}
        {%- do reads.update({name: dbt_batch_ops._from(relation)}) -%}
    {%- endfor -%}
    {{ return(reads) }}
{% endmacro %}
