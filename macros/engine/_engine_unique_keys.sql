{#-
  batch_ops.unique_keys: the column lists by which a table can be walked: its plain unique B-tree indexes.

  Not partial, not on expressions, not half-built, in one direction and in the columns' own collations:
  what a range scan in key order needs.
-#}
{% macro _engine_unique_keys() %}
create or replace function batch_ops.unique_keys(p_target regclass)
returns table (columns text[], is_primary boolean)
language sql
stable
as $function$
    select
        pg_catalog.array_agg(attributes.attname::text order by positions.position),
        indexes.indisprimary
    from pg_catalog.pg_index as indexes
    inner join pg_catalog.pg_class as classes on indexes.indexrelid = classes.oid
    inner join pg_catalog.pg_am as methods on classes.relam = methods.oid
    cross join lateral pg_catalog.generate_series(0, indexes.indnkeyatts - 1) as positions (position)
    inner join pg_catalog.pg_attribute as attributes
        on
            attributes.attrelid = indexes.indrelid
            and attributes.attnum = indexes.indkey[positions.position]
    where
        indexes.indrelid = p_target
        and indexes.indisunique
        and indexes.indisvalid
        and indexes.indpred is null
        and indexes.indexprs is null
        and methods.amname = 'btree'
    group by indexes.indexrelid, indexes.indisprimary
    having
        pg_catalog.count(distinct indexes.indoption[positions.position] & 1) = 1
        and pg_catalog.bool_and(indexes.indcollation[positions.position] = attributes.attcollation)
$function$
{% endmacro %}
