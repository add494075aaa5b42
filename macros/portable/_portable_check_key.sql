{#-
  The key that a run walks: declared, else the catalog's primary key, else `id`; adds to problems why it cannot serve.

  Where the catalog does not vouch for it, the data are looked through: rows without a key would be left out, and more
  rows with one key than a batch may have cannot be told apart.
-#}
{% macro _portable_check_key(description, columns, problems) %}
    {%- set known = dbt_batch_ops._portable_unique_keys(description.target) -%}
    {%- set key = [description.key] if description.key is string else (description.key or known.primary or ["id"]) -%}
    {%- set missing = [] -%}
    {%- set unordered = [] -%}
    {%- for name in key -%}
        {%- if name | lower not in columns -%}
            {%- do missing.append(name) -%}
        {%- elif not modules.re.match(
            "(?i)(u?(tiny|small|big|huge)?int(eger)?|long|short|byte|decimal|numeric|varchar|string|char|uuid|date|timestamp|bool|blob|binary)"
            ~ "[^\\[]*$", columns[name | lower].type
        ) -%}
            {%- do unordered.append(name ~ " (" ~ columns[name | lower].type ~ ")") -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if missing -%}
        {%- do problems.append(
            description.target ~ " has no column " ~ missing | join(", ")
            ~ " to walk: name its key columns in the entity, `key: [...]`"
        ) -%}
    {%- elif unordered -%}
        {%- do problems.append(
            "key column " ~ unordered | join(", ") ~ " of " ~ description.target
            ~ " is of a type that a key cannot be walked by: name another `key`"
        ) -%}
    {%- elif key not in known.unique -%}
        {%- set nulls = [] -%}
        {%- for name in key -%}
            {%- do nulls.append(adapter.quote(name) ~ " is null") -%}
        {%- endfor -%}
        {%- set without = dbt_batch_ops._portable_value(
            "select count(*) from " ~ description.target ~ " where " ~ nulls | join(" or ")
        ) | int -%}
        {%- set repeated = dbt_batch_ops._portable_repeated(description.target, key) -%}
        {%- if without -%}
            {%- do problems.append(
                "{:,}".format(without) ~ (" row" if without == 1 else " rows") ~ " of " ~ description.target
                ~ " without a key (" ~ key | join(", ") ~ ") would be left out: fill it in or name another `key`"
            ) -%}
        {%- endif -%}
        {%- if repeated -%}
            {%- do problems.append(
                "{:,}".format(repeated) ~ (" value" if repeated == 1 else " values") ~ " of the key ("
                ~ key | join(", ") ~ ") of " ~ description.target
                ~ " are in more than one row: name the columns in the entity that are unique together, `key: [...]`"
            ) -%}
        {%- endif -%}
    {%- endif -%}
    {{ return(key) }}
{% endmacro %}
