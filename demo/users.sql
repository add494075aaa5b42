-- A million users (or as many as :rows says) as they might be in a shop that is a few years old.
create table public."user" (
    id bigint primary key,
    name text not null,
    email text not null,
    status text not null,
    is_admin boolean not null,
    credits integer not null,
    last_login_at timestamptz not null,
    created_at timestamptz not null,
    updated_at timestamptz,
    deactivated_at timestamptz,
    deactivation_reason text
);

select setseed(0.42);

insert into public."user"
select
    id,
    first_name || ' ' || last_name,
    lower(first_name || '.' || last_name) || id || '@' || provider,
    status,
    is_admin,
    credits,
    last_login_at,
    last_login_at - make_interval(days => (random() * 1000)::int)
from (
    select
        id,
        (array[
            'Amina', 'Anna', 'Carlos', 'Chen', 'Diego', 'Elena', 'Fatima', 'Goran', 'Hana', 'Ibrahim', 'Ines',
            'Jamal', 'Julia', 'Kofi', 'Lars', 'Leila', 'Luca', 'Maria', 'Mei', 'Nikhil', 'Nora', 'Olga', 'Omar',
            'Paul', 'Priya', 'Rosa', 'Samuel', 'Sofia', 'Tomas', 'Yuki'
        ])[1 + floor(random() * 30)::int] as first_name,
        (array[
            'Ahmed', 'Andersson', 'Bauer', 'Brown', 'Costa', 'Diallo', 'Dubois', 'Evans', 'Fischer', 'Garcia',
            'Haddad', 'Ivanova', 'Jensen', 'Kim', 'Kovacs', 'Kumar', 'Lopez', 'Martin', 'Mensah', 'Moretti',
            'Nguyen', 'Novak', 'Okafor', 'Petrov', 'Rossi', 'Sato', 'Silva', 'Smith', 'Wang', 'Yilmaz'
        ])[1 + floor(random() * 30)::int] as last_name,
        (array['example.com', 'example.org', 'example.net'])[1 + floor(random() * random() * 3)::int] as provider,
        case
            when dice < 0.90 then 'active'
            when dice < 0.95 then 'pending'
            when dice < 0.97 then 'suspended'
            else 'closed'
        end as status,
        random() < 0.001 as is_admin,
        (20 * random() ^ 3)::int as credits,
        -- Most people were here lately; the older, the fewer, and a few have not been seen for years.
        now() - interval '1 hour' - interval '1 day' * case
            when random() < 0.9 then -45 * ln(1 - random())
            else 1400 * random() ^ 2
        end as last_login_at
    from (select id, random() as dice from generate_series(1, :rows) as id) as dice
) as people;

vacuum analyze public."user";
