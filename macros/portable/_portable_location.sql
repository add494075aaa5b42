{#-
  The folder of a relation's Delta table, from the variables `batch_ops_locations` and, for the ledger, `batch_ops_location`.

  Args:
    relation (Relation): the table.

  A variable may name the table with its schema or without. The folder is put into a glob over the table's log, so
  characters that mean something there are refused.
-#}
{% macro _portable_location(relation) %}
    {%- set name = relation | string | replace("`", "") -%}
    {%- set locations = var("batch_ops_locations", {}) -%}
    {%- set found = namespace(location=locations.get(name, locations.get(name.split(".")[-1]))) -%}
    {%- if name.startswith("batch_ops.") and found.location is none -%}
        {%- if not var("batch_ops_location", none) -%}
            {%- do dbt_batch_ops._fail(
                "There is no place for the ledger: this server forgets its tables when a session ends, so it must be told where"
                ~ " they are. Give a folder in dbt_project.yml, for example:\n"
                ~ "  vars: {batch_ops_location: /data/batch_ops}"
            ) -%}
        {%- endif -%}
        {%- set found.location = var("batch_ops_location").rstrip("/") ~ "/" ~ name.split(".")[-1] -%}
    {%- endif -%}
    {%- if found.location is none -%}
        {%- do dbt_batch_ops._fail(
            "It is not known where table " ~ name ~ " is: this server forgets its tables when a session ends. Known are: "
            ~ (locations | sort | join(", ") or "none") ~ ". Give its folder in dbt_project.yml, for example:\n"
            ~ "  vars: {batch_ops_locations: {" ~ name.split(".")[-1] ~ ": /data/" ~ name.split(".")[-1] ~ "}}"
        ) -%}
    {%- endif -%}
    {%- for character in "*?[]{}`'\\" if character in found.location -%}
        {%- do dbt_batch_ops._fail(
            "The location of table " ~ name ~ ", " ~ found.location ~ ", has a " ~ character ~ " in it. Its log is read by a"
            ~ " pattern, so none of * ? [ ] { } ` ' \\ may stand in it. Move the table, or give a path without it."
        ) -%}
    {%- endfor -%}
    {{ return(found.location.rstrip("/")) }}
{% endmacro %}
