{#-
  Makes on other servers what they keep for runs, and tells of each; where this role may not, prints the SQL to run there.

  Args:
    servers (optional[list[str]]): foreign servers of postgres_fdw; none for those that hold partitions of a table here.
-#}
{% macro _install_shards(servers) %}
    {%- set found = dbt_batch_ops._fetch("select batch_ops.shard_servers(" ~ dbt_batch_ops._json(servers) ~ ")") -%}
    {%- if found.unknown -%}
        {%- do dbt_batch_ops._fail(
            "There is no foreign server of postgres_fdw called " ~ found.unknown | join(" or ") ~ " that role " ~ target.user
            ~ " may use; there " ~ ("are " ~ found.known | join(", ") if found.known else "is none at all") ~ "."
        ) -%}
    {%- endif -%}
    {%- set by_hand = [] -%}
    {%- for server in found.servers -%}
        {%- set problem = dbt_batch_ops._ask_in_transaction(
            "prepare_shard(" ~ dbt_batch_ops._literal(server) ~ ", " ~ dbt_batch_ops._json(dbt_batch_ops._shard_objects()) ~ ")"
        ) -%}
        {%- if problem -%}
            {%- do by_hand.append(server) -%}
        {%- endif -%}
        {%- do dbt_batch_ops._say(
            "  server " ~ server ~ (" keeps markers of batches." if not problem else ": " ~ problem)
        ) -%}
    {%- endfor -%}
    {%- if by_hand -%}
        {%- do dbt_batch_ops._say(
            "Run this on " ~ by_hand | join(" and ") ~ ", as the role of the user mapping:\n"
            ~ dbt_batch_ops._shard_objects() | join(";") ~ ";"
        ) -%}
    {%- endif -%}
{% endmacro %}
