{#-
  Refuses limits of a purge that say something else than they seem to, before the database is asked.

  A dry_run of "" or 0 would count as false and delete, so it has to be a real one.
-#}
{% macro _check_retention(older_than, keep, dry_run) %}
    {%- set problems = [] -%}
    {%- if older_than is none and keep is none -%}
        {%- do problems.append('one of older_than (such as "90 days") and keep (such as 10) is needed') -%}
    {%- endif -%}
    {%- if older_than is not none and older_than is not string -%}
        {%- do problems.append('older_than is a text with a unit, such as "90 days", and not ' ~ tojson(dbt_batch_ops._plain(older_than))) -%}
    {%- elif older_than is string and not modules.re.fullmatch("[ -~]+", older_than) -%}
        {%- do problems.append("older_than " ~ tojson(older_than) ~ ' is no interval, such as "90 days"') -%}
    {%- endif -%}
    {%- if keep is not none and (keep is not integer or keep is boolean) -%}
        {%- do problems.append("keep is a number of runs, and not " ~ tojson(dbt_batch_ops._plain(keep))) -%}
    {%- elif keep is not none and not 0 <= keep <= 2147483647 -%}
        {%- do problems.append("keep is a number of runs, 0 or more, and not " ~ keep) -%}
    {%- endif -%}
    {%- if dry_run is not boolean -%}
        {%- do problems.append("dry_run is true or false, and not " ~ tojson(dbt_batch_ops._plain(dry_run))) -%}
    {%- endif -%}
    {%- if problems -%}
        {%- do dbt_batch_ops._refuse_purge(problems) -%}
    {%- endif -%}
{% endmacro %}
