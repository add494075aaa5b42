{#-
  How many commits a Delta table's log still has as files, from a version on.

  Args:
    relation (Relation): the table.
    version (int): the first version to count.
    only (bool): count this version alone.

  Read as text: as JSON the columns would be those of the files that are there. A commit has one `commitInfo`.
-#}
{% macro _portable_commits(relation, version, only=false) %}
    {%- set location = dbt_batch_ops._portable_location(relation) -%}
    {%- set files = dbt_batch_ops._portable_log_files(location, version) -%}
    {%- if only -%}
        {%- set files = location ~ "/_delta_log/" ~ "%020d" | format(version | int) ~ "*.json" -%}
    {%- endif -%}
    {%- set counted = run_query("select count(*) as commits from text.`" ~ files ~ "` where value like '{\"commitInfo\"%'") -%}
    {{ return(counted.columns[0].values()[0] | int) }}
{% endmacro %}
