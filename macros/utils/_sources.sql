{#-
  The rows that a run is given, by parameter: {name: {name, kind, table, type, query, ...}}, ready for
  `batch_ops.stage_source`; problems with them are added to `problems`.

  A list is staged when it drives a step, is the input of a function, or comes from a query; a short one that is
  only compared with stays a plain parameter.
-#}
{% macro _sources(description, live, given, problems) %}
    {%- set sources = {} -%}
    {%- set lists = [] -%}
    {%- for step in description.steps -%}
        {%- do lists.extend(step.lists.keys()) -%}
        {%- if step.source.kind == "list" -%}
            {%- do lists.append(step.source.parameter) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- for name, parameter in description.parameters.items() -%}
        {%- set source = {
            "name": name,
            "table": dbt_batch_ops._staged_name(live, "p" ~ loop.index),
            "query": given.queries.get(name),
        } -%}
        {%- if parameter.csv and given["values"].get(name) is not none -%}
            {%- do sources.update({name: dict(
                source, kind="csv", **dbt_batch_ops._describe_csv(description, given["values"][name] | string, problems)
            )}) -%}
        {%- elif parameter.records -%}
            {%- do sources.update({name: dict(source, kind="records")}) -%}
        {%- elif name in live.parameters and (name in lists or name in given.queries) -%}
            {%- do sources.update({name: dict(
                source, kind="list", type=modules.re.sub("\\[\\]$", "", live.parameters[name].type)
            )}) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(sources) }}
{% endmacro %}
