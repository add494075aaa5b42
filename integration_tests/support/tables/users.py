"""The table of ``batch_operations/user.yml``, filled with as many users as a test wants."""

from support.database.database import Database


def create_users(database: Database, count: int) -> None:
    """Make the table ``user``: every tenth account closed, every fourth of the others inactive for long."""
    database.execute(
        """
        create table public."user" (
            id bigint primary key,
            name text not null,
            email text not null unique,
            status text not null,
            credits integer not null,
            last_login_at timestamptz not null,
            created_at timestamptz not null,
            updated_at timestamptz
        )
        """
    )
    database.execute(
        """
        insert into public."user"
        select
            n, 'User ' || n, 'user' || n || '@example.com',
            case when mod(n, 10) = 0 then 'closed' else 'active' end,
            mod(n, 7),
            timestamptz '2024-06-01' - make_interval(days => mod(n, 4) * 365),
            '2020-01-01', null
        from generate_series(1, %s) as n
        """,
        [count],
    )
    database.execute('analyze public."user"')
