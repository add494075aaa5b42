{#-
  The end of a test's query: the rows of its CTE `findings` that found something, as a person reads them.

  with_level: a finding has a fourth part, `warn` or `error`.
-#}
{% macro _findings(with_level=false) %}
select
    findings.operation,
    findings.operation_id,
    findings.step_number as step,
    findings.batch_number as batch,
    findings.finding[1] as problem,
    findings.finding[2] as found,
    findings.finding[3] as expected
    {%- if with_level %},
    findings.finding[4] as level
    {%- endif %}
from findings
where findings.finding is not null
{% endmacro %}
