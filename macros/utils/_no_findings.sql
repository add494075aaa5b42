{#- What a test selects that has nothing to look at: the columns of findings, and no row. -#}
{% macro _no_findings() %}
select
    cast(null as varchar(100)) as operation,
    cast(null as varchar(36)) as operation_id,
    cast(null as integer) as step,
    cast(null as bigint) as batch,
    cast(null as varchar(1000)) as problem,
    cast(null as varchar(1000)) as found,
    cast(null as varchar(1000)) as expected,
    cast(null as varchar(5)) as level
from (select 1 as nothing) as nothing
where 1 = 0
{% endmacro %}
