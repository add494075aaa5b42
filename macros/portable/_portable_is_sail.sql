{#-
  Whether the server is Sail, which lacks statements that Spark with Delta has (`DESCRIBE HISTORY`, `SET`), and whose
  catalog lives in the session.

  Source: `version()` is `0.7.2` on Sail and `4.0.1 <commit>` on Spark, which had no version 0 since 2013.
-#}
{% macro _portable_is_sail() %}
    {%- if target.type != "spark" -%}
        {{ return(false) }}
    {%- endif -%}
    {{ return((run_query("select version() as version").columns[0].values()[0] | string).startswith("0.")) }}
{% endmacro %}
