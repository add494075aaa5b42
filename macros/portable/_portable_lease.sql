{#-
  Until when a batch's statement may begin, by the server's clock, as text with its time zone.

  Args:
    seconds (int): so long from now.
-#}
{% macro _portable_lease(seconds) %}
    {{ return(dbt_batch_ops._portable_value(
        "select date_format(current_timestamp() + interval " ~ seconds | int ~ " seconds, 'yyyy-MM-dd HH:mm:ss.SSSSSSXXX') as lease"
    )) }}
{% endmacro %}
