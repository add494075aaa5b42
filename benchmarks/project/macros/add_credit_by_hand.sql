{#-
  What people write without this package: a loop in Jinja that changes a batch and commits, with no record of it.

  Says in the end how many seconds the loop took, without the start of dbt.
-#}
{% macro add_credit_by_hand(batch_size) %}
    {%- set started_at = modules.datetime.datetime.now() -%}
    {%- set ns = namespace(last_id=0) -%}
    {%- for turn in range(100000) if ns.last_id is not none -%}
        {%- do run_query("begin") -%}
        {%- set changed = run_query(
            "with batch as ("
            ~ " select id from account where id > " ~ ns.last_id ~ " order by id limit " ~ batch_size
            ~ "), changed as ("
            ~ " update account set credits = credits + 1 from batch where account.id = batch.id"
            ~ " returning account.id"
            ~ ") select max(id) from changed"
        ) -%}
        {%- do run_query("commit") -%}
        {%- set ns.last_id = changed.columns[0].values()[0] -%}
    {%- endfor -%}
    {%- set seconds = (modules.datetime.datetime.now() - started_at).total_seconds() -%}
    {%- do log("the loop took " ~ seconds ~ " s", info=true) -%}
{% endmacro %}
