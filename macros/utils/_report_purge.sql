{#- Says what a purge has deleted, or what it would delete, by operation. -#}
{% macro _report_purge(purged, dry_run) %}
    {%- set kinds = ["runs", "batches", "errors", "tables"] -%}
    {%- set lines = [["operation", "runs", "batches", "errors", "staged tables"]] -%}
    {%- set total = {"runs": 0, "batches": 0, "errors": 0, "tables": 0, "retryable": 0} -%}
    {#- Named first, then what belonged to runs that were gone already. -#}
    {%- for operation in (purged.operations.keys() | reject("equalto", "") | sort) + [""] if operation in purged.operations -%}
        {%- set counts = purged.operations[operation] -%}
        {%- set cells = [operation or "(without a run)"] -%}
        {%- for kind in kinds -%}
            {%- do cells.append("{:,}".format(counts[kind] or 0)) -%}
        {%- endfor -%}
        {%- for kind in total -%}
            {%- do total.update({kind: total[kind] + (counts[kind] or 0)}) -%}
        {%- endfor -%}
        {%- if cells[1:] | reject("equalto", "0") | list -%}
            {%- do lines.append(cells) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- if lines | length > 2 -%}
        {%- set cells = ["total"] -%}
        {%- for kind in kinds -%}
            {%- do cells.append("{:,}".format(total[kind])) -%}
        {%- endfor -%}
        {%- do lines.append(cells) -%}
    {%- endif -%}
    {%- if lines | length == 1 -%}
        {%- do dbt_batch_ops._say("Nothing to purge.") -%}
    {%- else -%}
        {%- do dbt_batch_ops._say(
            ("Dry run: nothing was changed. A purge would delete:" if dry_run else "Purged:")
            ~ "\n\n" ~ dbt_batch_ops._table(lines, right=[1, 2, 3, 4]) ~ "\n"
        ) -%}
    {%- endif -%}
    {%- if total.retryable > 0 -%}
        {%- do dbt_batch_ops._say(
            "{:,}".format(total.retryable) ~ " of these runs " ~ ("have" if dry_run else "had")
            ~ " failed rows or batches that could still be tried again."
        ) -%}
    {%- endif -%}
    {%- if purged.plans > 0 -%}
        {%- do dbt_batch_ops._say(
            "Expired plans" ~ (" that would be closed: " if dry_run else " that were closed: ") ~ "{:,}".format(purged.plans)
        ) -%}
    {%- endif -%}
    {%- for problem in purged.problems or [] -%}
        {%- do dbt_batch_ops._say(problem) -%}
    {%- endfor -%}
    {%- if purged.kept > 0 -%}
        {%- do dbt_batch_ops._say(
            "Staged tables that stay, because a session uses them or they belong to another role: "
            ~ "{:,}".format(purged.kept)
        ) -%}
    {%- endif -%}
{% endmacro %}
