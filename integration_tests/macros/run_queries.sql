{#- Runs queries one after another, as the package does, and prints what each returns. -#}
{% macro run_queries(queries) %}
    {% for query in queries %}
        {% set result = run_query(query) %}
        {% do log("result: " ~ tojson(result.rows | map("list") | list), info=true) %}
    {% endfor %}
{% endmacro %}
