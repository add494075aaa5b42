{#- The one row that says what is installed in it; what every migration can rely on. -#}
{% macro _create_installation() %}
create table if not exists batch_ops.migrations (
    version integer primary key,
    name text not null,
    applied_at timestamptz not null default clock_timestamp(),
    applied_by name not null default current_user
);

create table if not exists batch_ops.installation (
    is_only_row boolean primary key default true check (is_only_row),
    package_version text not null,
    engine_hash text not null,
    installed_at timestamptz not null default clock_timestamp(),
    installed_by name not null default current_user
);
{% endmacro %}
