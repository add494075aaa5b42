{#- A function's JSON as rows: the elements of an array, or the value itself. -#}
{% macro _elements_of(apply) %}
    {{ return(
        "select elements.record\nfrom (\n    " ~ apply | replace("\n", "\n    ") ~ "\n) as called (value)\n"
        ~ "cross join lateral pg_catalog.jsonb_array_elements(\n"
        ~ "    case pg_catalog.jsonb_typeof(called.value::jsonb)\n"
        ~ "        when 'array' then called.value::jsonb\n"
        ~ "        else pg_catalog.jsonb_build_array(called.value::jsonb)\n    end\n) as elements (record)\n"
        ~ "where called.value is not null"
    ) }}
{% endmacro %}
